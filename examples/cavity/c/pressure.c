#include "pressure.h"

#include <math.h>

#include "halo.h"

/* flow->image = -Δ w. What lies beyond a wall equals what lies before it. */
static void apply(Flow* f, double* w) {
  const size_t row = (size_t)(f->n + 2);
  exchange_rows(f, w);
  for (int j = 0; j < f->rows; ++j) {
    const int bottom = f->first + j == 0, top = f->first + j == f->n - 1;
    for (int i = 0; i < f->n; ++i) {
      const size_t k = at(f, j, i);
      const double west = i > 0 ? w[k - 1] : w[k], east = i < f->n - 1 ? w[k + 1] : w[k];
      const double south = bottom ? w[k] : w[k - row], north = top ? w[k] : w[k + row];
      f->image[k] = (4 * w[k] - west - east - south - north) / (f->h * f->h);
    }
  }
}

static double product(const Flow* f, const double* a, const double* b) {
  double sum = 0;
  for (int j = 0; j < f->rows; ++j)
    for (int i = 0; i < f->n; ++i) sum += a[at(f, j, i)] * b[at(f, j, i)];
  return sum_over_ranks(f, sum);
}

/* a += factor · b, in the cells. */
static void add(const Flow* f, double* a, double factor, const double* b) {
  for (int j = 0; j < f->rows; ++j)
    for (int i = 0; i < f->n; ++i) a[at(f, j, i)] += factor * b[at(f, j, i)];
}

static void next_direction(const Flow* f, double factor) {
  for (int j = 0; j < f->rows; ++j)
    for (int i = 0; i < f->n; ++i)
      f->direction[at(f, j, i)] = f->residual[at(f, j, i)] + factor * f->direction[at(f, j, i)];
}

static void shift_to_mean_zero(Flow* f) {
  double sum = 0;
  for (int j = 0; j < f->rows; ++j)
    for (int i = 0; i < f->n; ++i) sum += f->p[at(f, j, i)];
  const double mean = sum_over_ranks(f, sum) / ((double)f->n * f->n);
  for (int j = 0; j < f->rows; ++j)
    for (int i = 0; i < f->n; ++i) f->p[at(f, j, i)] -= mean;
}

int solve_pressure(Flow* f, double tolerance) {
  const int most = 20 * f->n;
  const double enough = tolerance * tolerance * f->n * f->n;
  apply(f, f->p);
  add(f, f->residual, -1, f->image);
  next_direction(f, 0);
  double square = product(f, f->residual, f->residual);
  int iterations = 0;
  for (; square > enough && iterations < most; ++iterations) {
    apply(f, f->direction);
    const double length = square / product(f, f->direction, f->image);
    add(f, f->p, length, f->direction);
    add(f, f->residual, -length, f->image);
    const double before = square;
    square = product(f, f->residual, f->residual);
    next_direction(f, square / before);
  }
  shift_to_mean_zero(f);
  exchange_rows(f, f->p);
  return square <= enough ? iterations : -1; /* also when it is not a number */
}
