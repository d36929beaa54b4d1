/* The incompressible Navier-Stokes equations in a square cavity of side 1 whose lid moves.
 *
 * Velocities on the faces of the cells, pressure in their middle (Harlow and Welch, 1965); central
 * differences; explicit Euler in time with a projection that makes the new velocities free of
 * divergence (Chorin, 1968). The pressure's equation is solved by conjugate gradients. Density 1.
 *
 * Rows of cells are dealt out to the ranks from the bottom up. Every function but flow_free and
 * flow_centres is collective. */
#ifndef CAVITY_FLOW_H
#define CAVITY_FLOW_H

#include <mpi.h>
#include <stddef.h>

typedef struct Flow {
  MPI_Comm comm;
  int rank, ranks;
  int n;           /* cells along a side */
  int rows, first; /* this rank's rows of cells are first … first + rows - 1 */
  double h;        /* 1 / n */
  double lid, viscosity;
  /* Of cell (j, i), see at(): u on its west face, v on its south face, p in the middle. Each with
   * one row and one column more on each side, for neighbours and walls: (rows + 2) × (n + 2). */
  double *u, *v, *p;
  double *u_new, *v_new, *residual, *direction, *image; /* work */
} Flow;

typedef enum FlowStatus { FLOW_OK, FLOW_TOO_MANY_RANKS, FLOW_NO_MEMORY } FlowStatus;

/* Fluid at rest under a lid that begins to move. On an error, the same on every rank, there is
 * nothing to free. Requires n ≥ 2, viscosity > 0. */
FlowStatus flow_create(Flow* flow, MPI_Comm comm, int n, double lid, double viscosity);
void flow_free(Flow* flow);

/* Goes on by `duration` in equal steps that are stable. Steps made, or -1: the pressure did not
 * converge, or the velocities are not finite; the same on every rank. */
int flow_advance(Flow* flow, double duration);

/* Velocities and pressure in the middle of this rank's cells, rows × n each, from the west. */
void flow_centres(const Flow* flow, double* u, double* v, double* p);

/* Of all cells; lid / 1 is its scale. */
double flow_largest_divergence(const Flow* flow);

/* The place of cell (j, i) in such an array, -1 ≤ j ≤ rows and -1 ≤ i ≤ n. */
static inline size_t at(const Flow* flow, int j, int i) {
  return (size_t)(j + 1) * (size_t)(flow->n + 2) + (size_t)(i + 1);
}

#endif
