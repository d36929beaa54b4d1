/* What ranks tell each other. */
#ifndef CAVITY_HALO_H
#define CAVITY_HALO_H

#include "flow.h"

/* Fills the rows before the first and after the last one with those of the neighbours; at the
 * bottom and under the lid they stay as they are. */
static inline void exchange_rows(const Flow* f, double* array) {
  const int below = f->rank > 0 ? f->rank - 1 : MPI_PROC_NULL;
  const int above = f->rank + 1 < f->ranks ? f->rank + 1 : MPI_PROC_NULL;
  const int length = f->n + 2;
  MPI_Sendrecv(array + at(f, 0, -1), length, MPI_DOUBLE, below, 0, array + at(f, f->rows, -1),
               length, MPI_DOUBLE, above, 0, f->comm, MPI_STATUS_IGNORE);
  MPI_Sendrecv(array + at(f, f->rows - 1, -1), length, MPI_DOUBLE, above, 1, array + at(f, -1, -1),
               length, MPI_DOUBLE, below, 1, f->comm, MPI_STATUS_IGNORE);
}

static inline double sum_over_ranks(const Flow* f, double own) {
  MPI_Allreduce(MPI_IN_PLACE, &own, 1, MPI_DOUBLE, MPI_SUM, f->comm);
  return own;
}

#endif
