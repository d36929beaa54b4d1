/* The heat solver of ../heat2d/c, each step of which takes at least so long: a client of a large
 * machine, as seen from a small one. Between two steps it sleeps, so that forty of them run at a
 * time on two cores and leave the trainer its own.
 *
 * usage: paced_heat2d SECONDS [options of heat2d_c] */
#define _POSIX_C_SOURCE 200809L
#include <weir/client.h>

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "examples/heat2d/c/options.h"
#include "examples/heat2d/c/solver.h"

static void require(weir_status status, const weir_client* client) {
  if (status != WEIR_OK) stop_run(1, "weir: %s", weir_last_error(client));
}

static double pace_of(int argc, char** argv) {
  char* end = NULL;
  const double seconds = argc > 1 ? strtod(argv[1], &end) : -1;
  if (argc < 2 || end == argv[1] || *end || !(seconds >= 0 && seconds <= 3600))
    stop_run(2, "the first argument is '%s'; it must be the seconds of a step, 0 to 3600",
             argc > 1 ? argv[1] : "");
  return seconds;
}

/* Sleeps until `seconds` after `start`; a signal does not shorten it. */
static void sleep_until(struct timespec start, double seconds) {
  const double whole = floor(seconds);
  start.tv_sec += (time_t)whole;
  start.tv_nsec += (long)((seconds - whole) * 1e9);
  if (start.tv_nsec >= 1000000000L) {
    ++start.tv_sec;
    start.tv_nsec -= 1000000000L;
  }
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &start, NULL) != 0) {
  }
}

static void create(Solver* solver, const Options* options, const double temperatures[5]) {
  if (solver_create(solver, MPI_COMM_WORLD, options->grid, options->dt) != SOLVER_OK)
    stop_run(3, "no solver for a grid of %d x %d points on these ranks", options->grid,
             options->grid);
  set_temperatures(solver, temperatures);
}

static void describe(weir_client* client, const Solver* solver) {
  const Block block = solver->grid.block;
  const size_t global[2] = {solver->grid.n, solver->grid.n}, local[2] = {block.ny, block.nx};
  const size_t start[2] = {block.y_start, block.x_start};
  require(weir_subarray(client, "temperature", 2, global, local, start), client);
}

int main(int argc, char** argv) {
  double temperatures[5]; /* initial, west, east, south, north; K */
  Solver solver;
  weir_client* client;
  size_t count = 0;
  struct timespec start;

  MPI_Init(&argc, &argv);
  const double pace = pace_of(argc, argv);
  const Options options = read_options(argc - 1, argv + 1, NULL);
  require(weir_init(MPI_COMM_WORLD, &client), NULL);
  require(weir_parameters(client, 5, temperatures, &count), client);
  if (count < 5) stop_run(1, "the study must have five parameters: five temperatures");
  create(&solver, &options, temperatures);
  describe(client, &solver);
  clock_gettime(CLOCK_MONOTONIC, &start);
  for (int step = 0; step < options.steps; ++step) {
    if (advance(&solver) < 0)
      stop_run(1, "conjugate gradients did not converge; are the temperatures and --dt finite?");
    sleep_until(start, pace * (step + 1));
    require(weir_send(client, "temperature", solver.u, point_count(&solver)), client);
  }
  require(weir_finalize(&client), NULL);
  solver_free(&solver);
  MPI_Finalize();
  return 0;
}
