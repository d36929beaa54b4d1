/* An MPI solver that takes no time and has four fields of different shapes, for tests of the whole: the same fields on any
 * number of ranks, gathered or in parts. usage: fields_solver gathered|parts blocks|order STEPS */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weir/client.h>

#define AXES 3

typedef struct field {
  const char *name;
  size_t dimensions, global[AXES], axis; /* along which ranks share it */
  size_t local[AXES], start[AXES];
} field;

static field fields[] = {{"u", 3, {4, 6, 9}, 1, {0}, {0}},
                         {"v", 3, {4, 6, 9}, 2, {0}, {0}},
                         {"w", 2, {7, 5, 1}, 0, {0}, {0}},
                         {"p", 1, {1, 1, 1}, 0, {0}, {0}}};
enum { FIELDS = sizeof fields / sizeof *fields };

static void require(weir_status status, const weir_client *client) {
  if (status == WEIR_OK) return;
  fprintf(stderr, "fields_solver: %s: %s\n", weir_strerror(status), weir_last_error(client));
  MPI_Abort(MPI_COMM_WORLD, 10 + (int)status);
}

static void share(field *f, int rank, int ranks) {
  for (size_t axis = 0; axis < f->dimensions; ++axis) {
    f->local[axis] = f->global[axis];
    f->start[axis] = 0;
  }
  f->start[f->axis] = f->global[f->axis] * (size_t)rank / (size_t)ranks;
  f->local[f->axis] = f->global[f->axis] * (size_t)(rank + 1) / (size_t)ranks - f->start[f->axis];
}

static size_t size_of(const size_t *extents, size_t dimensions) {
  size_t size = 1;
  for (size_t axis = 0; axis < dimensions; ++axis) size *= extents[axis];
  return size;
}

static double value_at(double a, size_t index, size_t step, size_t place) {
  return 1e3 * a + 1e2 * (double)index + (double)step + 1e-3 * (double)place;
}

/* This rank's block, row-major. */
static size_t block_values(const field *f, size_t index, double a, size_t step, double *values) {
  const size_t count = size_of(f->local, f->dimensions);
  for (size_t k = 0; k < count; ++k) {
    size_t rest = k, place = 0, stride = 1;
    for (size_t axis = f->dimensions; axis-- > 0;) {
      place += (f->start[axis] + rest % f->local[axis]) * stride;
      rest /= f->local[axis];
      stride *= f->global[axis];
    }
    values[k] = value_at(a, index, step, place);
  }
  return count;
}

/* This rank's values when they follow those of the ranks before; the shares change with the step. */
static size_t share_values(const field *f, size_t index, double a, size_t step, int rank, int ranks, double *values) {
  const size_t size = size_of(f->global, f->dimensions), shift = step % 3 * (size_t)(ranks > 1);
  size_t first = size * (size_t)rank / (size_t)ranks, end = size * (size_t)(rank + 1) / (size_t)ranks;
  if (rank > 0) first = first + shift < size ? first + shift : size;
  if (rank + 1 < ranks) end = end + shift < size ? end + shift : size;
  for (size_t k = first; k < end; ++k) values[k - first] = value_at(a, index, step, k);
  return end - first;
}

int main(int argc, char **argv) {
  weir_client *client = NULL;
  double a = 0, values[256];
  int rank = 0, ranks = 1;
  size_t count = 0;
  MPI_Init(&argc, &argv);
  if (argc != 4) MPI_Abort(MPI_COMM_WORLD, 2);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  const int parts = strcmp(argv[1], "parts") == 0, blocks = strcmp(argv[2], "blocks") == 0;
  const size_t steps = strtoul(argv[3], NULL, 10);
  require(parts ? weir_init_parts(MPI_COMM_WORLD, &client) : weir_init(MPI_COMM_WORLD, &client), NULL);
  require(weir_parameters(client, 1, &a, &count), client);
  for (size_t k = 0; k < FIELDS; ++k) {
    field *f = &fields[k];
    share(f, rank, ranks);
    if (blocks) require(weir_subarray(client, f->name, f->dimensions, f->global, f->local, f->start), client);
  }
  for (size_t step = 0; step < steps; ++step) {
    require(weir_time(client, 0.5 * (double)(step * step)), client);
    for (size_t k = 0; k < FIELDS; ++k) {
      const size_t n = blocks ? block_values(&fields[k], k, a, step, values)
                              : share_values(&fields[k], k, a, step, rank, ranks, values);
      require(weir_send(client, fields[k].name, values, n), client);
    }
  }
  require(weir_finalize(&client), NULL);
  MPI_Finalize();
  return 0;
}
