/* The heat equation on a square, with weir. Parameters come from the study; every step goes to the
 * training server. */
#include <weir/client.h>

#include "checkpoint.h"
#include "options.h"
#include "solver.h"

/* weir gives all ranks the same status, so that they end together. */
static void require(weir_status status, const weir_client* client) {
  if (status != WEIR_OK) stop_run(1, "weir: %s", weir_last_error(client));
}

int main(int argc, char** argv) {
  double temperatures[5]; /* initial, west, east, south, north; K */
  Solver solver;
  weir_client* client;
  size_t count = 0, kept = 0;

  MPI_Init(&argc, &argv);
  const Options options = read_options(argc, argv, NULL);
  require(weir_init(MPI_COMM_WORLD, &client), NULL);
  require(weir_parameters(client, 5, temperatures, &count), client);
  if (count < 5) stop_run(1, "the study must have five parameters: five temperatures");
  const SolverStatus made = solver_create(&solver, MPI_COMM_WORLD, options.grid, options.dt);
  if (made == SOLVER_TOO_MANY_RANKS)
    stop_run(2, "more ranks than the grid can be cut for; use fewer, or a larger --grid");
  if (made == SOLVER_NO_MEMORY)
    stop_run(3, "no memory for a grid of %d x %d points", options.grid, options.grid);
  set_temperatures(&solver, temperatures);
  const Block block = solver.grid.block;
  const size_t global[2] = {options.grid, options.grid}, local[2] = {block.ny, block.nx};
  const size_t start[2] = {block.y_start, block.x_start};
  require(weir_subarray(client, "temperature", 2, global, local, start), client);
  require(weir_resume_step(client, &kept), client);
  const int first = first_step(&solver, &options, (int)kept);
  require(weir_start_at(client, first), client);
  for (int step = first; step < options.steps; ++step) {
    if (advance(&solver) < 0)
      stop_run(1, "conjugate gradients did not converge; are the temperatures and --dt finite?");
    require(weir_send(client, "temperature", solver.u, point_count(&solver)), client);
    keep_step(&solver, &options, step + 1);
  }
  require(weir_finalize(&client), NULL);
  if (options.output && !write_field(&solver.grid, solver.u, options.output))
    stop_run(3, "cannot write '%s'", options.output);
  solver_free(&solver);
  MPI_Finalize();
  return 0;
}
