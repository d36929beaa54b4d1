#include "checkpoint.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { longest_name = 4096 };

typedef struct Header {
  char magic[8];
  int32_t n, step;
} Header; /* then n × n doubles, row-major [y][x] */

static Header header_of(const Solver* solver, int step) {
  Header header = {.n = solver->grid.n, .step = step};
  memcpy(header.magic, "heat2d 1", sizeof header.magic);
  return header;
}

static bool write_file(const char* file, const Header* header, const double* field) {
  const size_t points = (size_t)header->n * header->n;
  FILE* stream = fopen(file, "wb");
  if (!stream) return false;
  const bool written = fwrite(header, sizeof *header, 1, stream) == 1 &&
                       fwrite(field, sizeof *field, points, stream) == points;
  return fclose(stream) == 0 && written;
}

static bool write_whole(const Header* header, const double* field, const char* prefix) {
  char file[longest_name], temporary[longest_name];
  snprintf(file, sizeof file, "%s.%d", prefix, (int)header->step);
  const int length = snprintf(temporary, sizeof temporary, "%s.%d.part", prefix, (int)header->step);
  return length < longest_name && write_file(temporary, header, field) &&
         rename(temporary, file) == 0;
}

bool write_checkpoint(const Solver* solver, const char* prefix, int step) {
  const Header header = header_of(solver, step);
  double* field = gather_field(&solver->grid, solver->u);
  int written = field && write_whole(&header, field, prefix);
  free(field);
  MPI_Bcast(&written, 1, MPI_INT, 0, solver->grid.comm);
  return written;
}

/* This rank's rows of the field that begins at `stream`'s position; nothing may follow it. */
static bool read_rows(const Grid* grid, double* rows, FILE* stream) {
  const Block* block = &grid->block;
  const long start = ftell(stream), value = sizeof(double);
  const long row = (long)grid->n * value, first = start + block->y_start * row;
  for (int j = 0; j < block->ny; ++j) {
    if (fseek(stream, first + j * row + block->x_start * value, SEEK_SET) != 0) return false;
    const size_t read = fread(rows + (size_t)j * block->nx, sizeof *rows, block->nx, stream);
    if (read != (size_t)block->nx) return false;
  }
  return fseek(stream, 0, SEEK_END) == 0 && ftell(stream) == start + grid->n * row;
}

static bool read_file(const Solver* solver, double* rows, const char* prefix, int step) {
  const Header wanted = header_of(solver, step);
  Header header;
  char file[longest_name];
  snprintf(file, sizeof file, "%s.%d", prefix, step);
  FILE* stream = fopen(file, "rb");
  if (!stream) return false;
  const bool read = fread(&header, sizeof header, 1, stream) == 1 &&
                    memcmp(&header, &wanted, sizeof header) == 0 &&
                    read_rows(&solver->grid, rows, stream);
  fclose(stream);
  return read;
}

int read_checkpoint(Solver* solver, const char* prefix, int latest) {
  const size_t bytes = point_count(solver) * sizeof(double);
  double* rows = malloc(bytes);
  int step = latest;
  for (; step > 0; --step) {
    const bool read = rows && read_file(solver, rows, prefix, step);
    if (grid_sum(&solver->grid, read ? 0 : 1) == 0) break; /* every rank has it */
  }
  if (step > 0) memcpy(solver->u, rows, bytes);
  free(rows);
  return step;
}

int first_step(Solver* solver, const Options* options, int latest) {
  if (!options->checkpoint) return 0;
  const int step = read_checkpoint(solver, options->checkpoint, latest);
  if (step > 0) say("goes on from its checkpoint at step %d", step);
  return step;
}

void keep_step(const Solver* solver, const Options* options, int step) {
  if (!options->checkpoint || step % options->checkpoint_every != 0) return;
  if (!write_checkpoint(solver, options->checkpoint, step))
    stop_run(3, "cannot write the checkpoint '%s.%d'", options->checkpoint, step);
}
