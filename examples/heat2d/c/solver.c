#include "solver.h"

#include <stdlib.h>
#include <string.h>

enum { most_iterations = 10000 };

size_t point_count(const Solver* solver) {
  return (size_t)solver->grid.block.nx * solver->grid.block.ny;
}

static void free_arrays(Solver* solver) {
  free(solver->u);
  free(solver->source);
  free(solver->direction);
  free(solver->residual);
  free(solver->image);
}

SolverStatus solver_create(Solver* solver, MPI_Comm comm, int n, double dt) {
  memset(solver, 0, sizeof *solver);
  if (!grid_create(&solver->grid, comm, n)) return SOLVER_TOO_MANY_RANKS;
  const Grid* grid = &solver->grid;
  const size_t points = point_count(solver);
  solver->c = HEAT_ALPHA * dt / (grid->h * grid->h);
  solver->tolerance = 1e-8;
  solver->u = calloc(points, sizeof(double));
  solver->source = calloc(points, sizeof(double));
  solver->direction = calloc((size_t)(grid->block.nx + 2) * (grid->block.ny + 2), sizeof(double));
  solver->residual = calloc(points, sizeof(double));
  solver->image = calloc(points, sizeof(double));
  const bool all =
      solver->u && solver->source && solver->direction && solver->residual && solver->image;
  if (grid_sum(grid, all ? 0 : 1) > 0) {
    solver_free(solver);
    return SOLVER_NO_MEMORY;
  }
  return SOLVER_OK;
}

void solver_free(Solver* solver) {
  free_arrays(solver);
  grid_free(&solver->grid);
}

/* Coordinates of local indices, which count from 0. */
static double x_of(const Grid* grid, int i) { return (grid->block.x_start + i + 1) * grid->h; }
static double y_of(const Grid* grid, int j) { return (grid->block.y_start + j + 1) * grid->h; }

void set_initial(Solver* solver, PlaceFunction temperature) {
  const Grid* grid = &solver->grid;
  for (int j = 0; j < grid->block.ny; ++j)
    for (int i = 0; i < grid->block.nx; ++i)
      solver->u[(size_t)j * grid->block.nx + i] = temperature(x_of(grid, i), y_of(grid, j));
}

void set_boundary(Solver* solver, PlaceFunction temperature) {
  const Grid* grid = &solver->grid;
  const int nx = grid->block.nx, ny = grid->block.ny;
  const double c = solver->c;
  memset(solver->source, 0, point_count(solver) * sizeof(double));
  for (int j = 0; j < ny; ++j) {
    double* row = solver->source + (size_t)j * nx;
    if (grid->west == MPI_PROC_NULL) row[0] += c * temperature(0, y_of(grid, j));
    if (grid->east == MPI_PROC_NULL) row[nx - 1] += c * temperature(HEAT_LENGTH, y_of(grid, j));
  }
  double *south = solver->source, *north = solver->source + (size_t)(ny - 1) * nx;
  for (int i = 0; i < nx; ++i) {
    if (grid->south == MPI_PROC_NULL) south[i] += c * temperature(x_of(grid, i), 0);
    if (grid->north == MPI_PROC_NULL) north[i] += c * temperature(x_of(grid, i), HEAT_LENGTH);
  }
}

void set_temperatures(Solver* solver, const double temperatures[5]) {
  const Grid* grid = &solver->grid;
  const int nx = grid->block.nx, ny = grid->block.ny;
  const double c = solver->c;
  for (size_t k = 0; k < point_count(solver); ++k) solver->u[k] = temperatures[0];
  memset(solver->source, 0, point_count(solver) * sizeof(double));
  for (int j = 0; j < ny; ++j) {
    double* row = solver->source + (size_t)j * nx;
    if (grid->west == MPI_PROC_NULL) row[0] += c * temperatures[1];
    if (grid->east == MPI_PROC_NULL) row[nx - 1] += c * temperatures[2];
  }
  double *south = solver->source, *north = solver->source + (size_t)(ny - 1) * nx;
  for (int i = 0; i < nx; ++i) {
    if (grid->south == MPI_PROC_NULL) south[i] += c * temperatures[3];
    if (grid->north == MPI_PROC_NULL) north[i] += c * temperatures[4];
  }
}

static double sum_of_squares(const Solver* solver, const double* values) {
  double sum = 0;
  for (size_t k = 0; k < point_count(solver); ++k) sum += values[k] * values[k];
  return grid_sum(&solver->grid, sum);
}

/* Row j of the direction's own points, without the halo. */
static double* direction_row(const Solver* solver, int j) {
  return solver->direction + (size_t)(j + 1) * (solver->grid.block.nx + 2) + 1;
}

/* direction = values + factor × direction */
static void update_direction(Solver* solver, const double* values, double factor) {
  const int nx = solver->grid.block.nx;
  for (int j = 0; j < solver->grid.block.ny; ++j) {
    double* p = direction_row(solver, j);
    for (int i = 0; i < nx; ++i) p[i] = values[(size_t)j * nx + i] + factor * p[i];
  }
}

/* image = matrix × direction; returns direction · image. */
static double apply_matrix(Solver* solver) {
  const int nx = solver->grid.block.nx, row = nx + 2;
  const double c = solver->c;
  double sum = 0;
  exchange_halo(&solver->grid, solver->direction);
  for (int j = 0; j < solver->grid.block.ny; ++j) {
    const double* p = direction_row(solver, j);
    double* image = solver->image + (size_t)j * nx;
    for (int i = 0; i < nx; ++i) {
      image[i] = (1 + 4 * c) * p[i] - c * (p[i - 1] + p[i + 1] + p[i - row] + p[i + row]);
      sum += p[i] * image[i];
    }
  }
  return grid_sum(&solver->grid, sum);
}

/* u += step × direction, residual -= step × image */
static void take_step(Solver* solver, double step) {
  const int nx = solver->grid.block.nx;
  for (int j = 0; j < solver->grid.block.ny; ++j) {
    const double* p = direction_row(solver, j);
    const size_t start = (size_t)j * nx;
    for (int i = 0; i < nx; ++i) {
      solver->u[start + i] += step * p[i];
      solver->residual[start + i] -= step * solver->image[start + i];
    }
  }
}

int advance(Solver* solver) {
  const size_t points = point_count(solver);
  for (size_t k = 0; k < points; ++k) solver->residual[k] = solver->u[k] + solver->source[k];
  const double goal =
      solver->tolerance * solver->tolerance * sum_of_squares(solver, solver->residual);
  update_direction(solver, solver->u, 0);
  apply_matrix(solver);
  for (size_t k = 0; k < points; ++k) solver->residual[k] -= solver->image[k];
  update_direction(solver, solver->residual, 0);
  double squared = sum_of_squares(solver, solver->residual);

  for (int iteration = 0; iteration <= most_iterations; ++iteration) {
    if (squared <= goal) return iteration;
    take_step(solver, squared / apply_matrix(solver));
    const double before = squared;
    squared = sum_of_squares(solver, solver->residual);
    update_direction(solver, solver->residual, squared / before);
  }
  return -1;
}
