/* The heat equation on a square, before weir. Parameters are arguments; the last field goes to a
 * file. */
#include "checkpoint.h"
#include "options.h"
#include "solver.h"

int main(int argc, char** argv) {
  double temperatures[5] = {300, 100, 200, 300, 400}; /* initial, west, east, south, north; K */
  Solver solver;

  MPI_Init(&argc, &argv);
  const Options options = read_options(argc, argv, temperatures);
  const SolverStatus made = solver_create(&solver, MPI_COMM_WORLD, options.grid, options.dt);
  if (made == SOLVER_TOO_MANY_RANKS)
    stop_run(2, "more ranks than the grid can be cut for; use fewer, or a larger --grid");
  if (made == SOLVER_NO_MEMORY)
    stop_run(3, "no memory for a grid of %d x %d points", options.grid, options.grid);
  set_temperatures(&solver, temperatures);
  const int first = first_step(&solver, &options, options.steps);
  for (int step = first; step < options.steps; ++step) {
    if (advance(&solver) < 0)
      stop_run(1, "conjugate gradients did not converge; are the temperatures and --dt finite?");
    keep_step(&solver, &options, step + 1);
  }
  if (options.output && !write_field(&solver.grid, solver.u, options.output))
    stop_run(3, "cannot write '%s'", options.output);
  solver_free(&solver);
  MPI_Finalize();
  return 0;
}
