/* The heat equation du/dt = alpha (d²u/dx² + d²u/dy²) with given temperatures on the boundary.
 *
 * Implicit Euler in time, the five-point stencil in space: each step solves (1 + 4 c) u(i, j) - c
 * (sum of the four neighbours) = u_old(i, j), c = alpha dt / h². Values on the boundary go to the
 * right-hand side, so that the matrix is symmetric and positive definite, and conjugate gradients
 * (Hestenes and Stiefel, 1952) solve it. */
#ifndef HEAT_SOLVER_H
#define HEAT_SOLVER_H

#include <stddef.h>

#include "grid.h"

#define HEAT_ALPHA 1.0

typedef struct Solver {
  Grid grid;
  double c;          /* alpha dt / h² */
  double tolerance;  /* of the residual, relative to the right-hand side; 1e-8 */
  double* u;         /* temperatures of this rank's points, ny × nx */
  double* source;    /* what the boundary adds to the right-hand side, ny × nx */
  double* direction; /* with halo, (ny + 2) × (nx + 2); 0 on the boundary */
  double *residual, *image;
} Solver;

typedef double (*PlaceFunction)(double x, double y);

typedef enum SolverStatus { SOLVER_OK, SOLVER_TOO_MANY_RANKS, SOLVER_NO_MEMORY } SolverStatus;

/* A solver with temperature 0 everywhere. On an error, the same on every rank, there is nothing to
 * free. */
SolverStatus solver_create(Solver* solver, MPI_Comm comm, int n, double dt);
void solver_free(Solver* solver);

/* The temperature of every interior point. */
void set_initial(Solver* solver, PlaceFunction temperature);
/* The temperature of the boundary, asked for at the points beside the interior ones. */
void set_boundary(Solver* solver, PlaceFunction temperature);
/* One temperature for the interior and one for each side: initial, west, east, south, north. */
void set_temperatures(Solver* solver, const double temperatures[5]);

/* One time step; starts from the temperatures of the last one. Iterations used, negative when it
 * did not converge. */
int advance(Solver* solver);

/* How many points this rank has. */
size_t point_count(const Solver* solver);

#endif
