/* The grid and its distribution: which block of the square this rank holds, and how it meets its
 * neighbours.
 *
 * n × n interior points; point (i, j), counted from 1, lies at x = i h, y = j h with h = length /
 * (n + 1). x goes from west to east, y from south to north. Arrays are row-major [y][x]. */
#ifndef HEAT_GRID_H
#define HEAT_GRID_H

#include <mpi.h>
#include <stdbool.h>

#define HEAT_LENGTH 10.0 /* of a side of the square */

typedef struct Block {
  int x_start, y_start; /* points west and south of the block */
  int nx, ny;           /* points of the block */
} Block;

typedef struct Grid {
  MPI_Comm comm; /* Cartesian, dimensions (y, x), ranks as in the communicator it was made from */
  int n;         /* interior points in a direction, over all ranks */
  double h;      /* distance of two points */
  Block block;   /* of this rank */
  int west, east, south, north; /* neighbours; MPI_PROC_NULL at an edge of the square */
  int dims[2];                  /* blocks in y and in x */
  MPI_Datatype column;          /* values of one x in an array with halo */
} Grid;

/* Distributes n × n points over `comm`. False, on every rank, when a rank would get no point. */
bool grid_create(Grid* grid, MPI_Comm comm, int n);
void grid_free(Grid* grid);

/* The sum over all ranks, on all ranks. */
double grid_sum(const Grid* grid, double local);

/* Fills the halo of `u`, (ny + 2) × (nx + 2) values, from the neighbours; at an edge of the square
 * it is left as it is. */
void exchange_halo(const Grid* grid, double* u);

/* The whole field on rank 0: n × n values there, the caller's to free; NULL elsewhere, and when
 * there is no memory. */
double* gather_field(const Grid* grid, const double* local);

#endif
