#include "grid.h"

#include <stdlib.h>
#include <string.h>

enum { halo_tag = 1, gather_tag = 2 };

/* Sizes of two blocks differ by one at most in each direction. */
static Block block_of(const Grid* grid, const int coords[2]) {
  const int y = coords[0] * grid->n / grid->dims[0], x = coords[1] * grid->n / grid->dims[1];
  const int y_end = (coords[0] + 1) * grid->n / grid->dims[0],
            x_end = (coords[1] + 1) * grid->n / grid->dims[1];
  const Block block = {.x_start = x, .y_start = y, .nx = x_end - x, .ny = y_end - y};
  return block;
}

bool grid_create(Grid* grid, MPI_Comm comm, int n) {
  const int periodic[2] = {0, 0};
  int ranks, rank, coords[2];
  memset(grid, 0, sizeof *grid);
  MPI_Comm_size(comm, &ranks);
  MPI_Dims_create(ranks, 2, grid->dims);
  if (n < grid->dims[0] || n < grid->dims[1]) return false;

  MPI_Cart_create(comm, 2, grid->dims, periodic, /*reorder=*/0, &grid->comm);
  MPI_Comm_rank(grid->comm, &rank);
  MPI_Cart_coords(grid->comm, rank, 2, coords);
  MPI_Cart_shift(grid->comm, 0, 1, &grid->south, &grid->north);
  MPI_Cart_shift(grid->comm, 1, 1, &grid->west, &grid->east);
  grid->n = n;
  grid->h = HEAT_LENGTH / (n + 1);
  grid->block = block_of(grid, coords);
  MPI_Type_vector(grid->block.ny, 1, grid->block.nx + 2, MPI_DOUBLE, &grid->column);
  MPI_Type_commit(&grid->column);
  return true;
}

void grid_free(Grid* grid) {
  MPI_Type_free(&grid->column);
  MPI_Comm_free(&grid->comm);
}

double grid_sum(const Grid* grid, double local) {
  double total = 0;
  MPI_Allreduce(&local, &total, 1, MPI_DOUBLE, MPI_SUM, grid->comm);
  return total;
}

void exchange_halo(const Grid* grid, double* u) {
  const int nx = grid->block.nx, ny = grid->block.ny, row = nx + 2;
  MPI_Sendrecv(u + row + nx, 1, grid->column, grid->east, halo_tag, u + row, 1, grid->column,
               grid->west, halo_tag, grid->comm, MPI_STATUS_IGNORE);
  MPI_Sendrecv(u + row + 1, 1, grid->column, grid->west, halo_tag, u + row + nx + 1, 1,
               grid->column, grid->east, halo_tag, grid->comm, MPI_STATUS_IGNORE);
  MPI_Sendrecv(u + ny * row + 1, nx, MPI_DOUBLE, grid->north, halo_tag, u + 1, nx, MPI_DOUBLE,
               grid->south, halo_tag, grid->comm, MPI_STATUS_IGNORE);
  MPI_Sendrecv(u + row + 1, nx, MPI_DOUBLE, grid->south, halo_tag, u + (ny + 1) * row + 1, nx,
               MPI_DOUBLE, grid->north, halo_tag, grid->comm, MPI_STATUS_IGNORE);
}

/* Receives the block of `sender` straight into its place in the whole field. */
static void receive_block(const Grid* grid, int sender, double* field) {
  const int whole[2] = {grid->n, grid->n};
  int coords[2];
  MPI_Datatype place;
  MPI_Cart_coords(grid->comm, sender, 2, coords);
  const Block block = block_of(grid, coords);
  const int size[2] = {block.ny, block.nx}, start[2] = {block.y_start, block.x_start};
  MPI_Type_create_subarray(2, whole, size, start, MPI_ORDER_C, MPI_DOUBLE, &place);
  MPI_Type_commit(&place);
  MPI_Recv(field, 1, place, sender, gather_tag, grid->comm, MPI_STATUS_IGNORE);
  MPI_Type_free(&place);
}

double* gather_field(const Grid* grid, const double* local) {
  const Block* block = &grid->block;
  int rank, ranks;
  MPI_Comm_rank(grid->comm, &rank);
  MPI_Comm_size(grid->comm, &ranks);
  if (rank != 0) {
    MPI_Send(local, block->nx * block->ny, MPI_DOUBLE, 0, gather_tag, grid->comm);
    return NULL;
  }
  double* field = malloc((size_t)grid->n * grid->n * sizeof *field);
  if (!field) return NULL;
  for (int j = 0; j < block->ny; ++j)
    memcpy(field + (size_t)j * grid->n, local + (size_t)j * block->nx, block->nx * sizeof *field);
  for (int sender = 1; sender < ranks; ++sender) receive_block(grid, sender, field);
  return field;
}
