#include "flow.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "halo.h"
#include "pressure.h"

static size_t array_size(const Flow* f) { return (size_t)(f->rows + 2) * (size_t)(f->n + 2); }

static double** arrays(Flow* f, size_t k) {
  double** const all[] = {&f->u,     &f->v,        &f->p,         &f->u_new,
                          &f->v_new, &f->residual, &f->direction, &f->image};
  return k < sizeof all / sizeof *all ? all[k] : NULL;
}

FlowStatus flow_create(Flow* f, MPI_Comm comm, int n, double lid, double viscosity) {
  *f = (Flow){.comm = comm, .n = n, .h = 1.0 / n, .lid = lid, .viscosity = viscosity};
  MPI_Comm_rank(comm, &f->rank);
  MPI_Comm_size(comm, &f->ranks);
  if (f->ranks > n) return FLOW_TOO_MANY_RANKS;
  f->first = (int)((long)n * f->rank / f->ranks);
  f->rows = (int)((long)n * (f->rank + 1) / f->ranks) - f->first;
  int made = 1;
  double** array;
  for (size_t k = 0; (array = arrays(f, k)) != NULL; ++k) {
    *array = calloc(array_size(f), sizeof(double));
    made = made && *array != NULL;
  }
  MPI_Allreduce(MPI_IN_PLACE, &made, 1, MPI_INT, MPI_MIN, comm);
  if (made) return FLOW_OK;
  flow_free(f);
  return FLOW_NO_MEMORY;
}

void flow_free(Flow* f) {
  double** array;
  for (size_t k = 0; (array = arrays(f, k)) != NULL; ++k) {
    free(*array);
    *array = NULL;
  }
}

/* What lies beyond the rows and the walls: velocities there make those on the walls 0, or the
 * lid's. */
static void set_walls(Flow* f) {
  exchange_rows(f, f->u);
  exchange_rows(f, f->v);
  for (int j = -1; j <= f->rows; ++j) {
    f->u[at(f, j, 0)] = f->u[at(f, j, f->n)] = 0;
    f->v[at(f, j, -1)] = -f->v[at(f, j, 0)];
    f->v[at(f, j, f->n)] = -f->v[at(f, j, f->n - 1)];
  }
  for (int i = 0; i <= f->n; ++i) {
    if (f->rank == 0) {
      f->u[at(f, -1, i)] = -f->u[at(f, 0, i)];
      f->v[at(f, 0, i)] = 0;
    }
    if (f->rank == f->ranks - 1) {
      f->u[at(f, f->rows, i)] = 2 * f->lid - f->u[at(f, f->rows - 1, i)];
      f->v[at(f, f->rows, i)] = 0;
    }
  }
}

/* The rate of change of `w` at `k` by what the flow carries along and by friction. Velocities on
 * the four sides of the control volume carry; `row` is a row's length. */
static double rate(const Flow* f, const double* w, size_t k, double west, double east, double south,
                   double north) {
  const size_t row = (size_t)(f->n + 2);
  const double carried = (east * (w[k] + w[k + 1]) - west * (w[k - 1] + w[k]) +
                          north * (w[k] + w[k + row]) - south * (w[k - row] + w[k])) /
                         (2 * f->h);
  const double around = w[k + 1] + w[k - 1] + w[k + row] + w[k - row];
  return f->viscosity * (around - 4 * w[k]) / (f->h * f->h) - carried;
}

static void predict_u(Flow* f, double dt) {
  const double *u = f->u, *v = f->v;
  const size_t row = (size_t)(f->n + 2);
  for (int j = 0; j < f->rows; ++j) {
    for (int i = 1; i < f->n; ++i) {
      const size_t k = at(f, j, i);
      f->u_new[k] = u[k] + dt * rate(f, u, k, (u[k - 1] + u[k]) / 2, (u[k] + u[k + 1]) / 2,
                                     (v[k - 1] + v[k]) / 2, (v[k + row - 1] + v[k + row]) / 2);
    }
  }
}

static void predict_v(Flow* f, double dt) {
  const double *u = f->u, *v = f->v;
  const size_t row = (size_t)(f->n + 2);
  for (int j = f->rank == 0 ? 1 : 0; j < f->rows; ++j) {
    for (int i = 0; i < f->n; ++i) {
      const size_t k = at(f, j, i);
      f->v_new[k] =
          v[k] + dt * rate(f, v, k, (u[k - row] + u[k]) / 2, (u[k - row + 1] + u[k + 1]) / 2,
                           (v[k - row] + v[k]) / 2, (v[k] + v[k + row]) / 2);
    }
  }
}

static void take_new_velocities(Flow* f) {
  double* old = f->u;
  f->u = f->u_new;
  f->u_new = old;
  old = f->v;
  f->v = f->v_new;
  f->v_new = old;
  set_walls(f);
}

static double divergence(const Flow* f, int j, int i) {
  const size_t k = at(f, j, i);
  return (f->u[k + 1] - f->u[k] + f->v[k + (size_t)(f->n + 2)] - f->v[k]) / f->h;
}

/* Takes from the velocities the gradient that makes their divergence vanish. */
static void subtract_gradient(Flow* f, double dt) {
  const size_t row = (size_t)(f->n + 2);
  for (int j = 0; j < f->rows; ++j) {
    for (int i = 0; i < f->n; ++i) {
      const size_t k = at(f, j, i);
      if (i > 0) f->u[k] -= dt * (f->p[k] - f->p[k - 1]) / f->h;
      if (f->first + j > 0) f->v[k] -= dt * (f->p[k] - f->p[k - row]) / f->h;
    }
  }
  set_walls(f);
}

static int step(Flow* f, double dt) {
  predict_u(f, dt);
  predict_v(f, dt);
  take_new_velocities(f);
  for (int j = 0; j < f->rows; ++j)
    for (int i = 0; i < f->n; ++i) f->residual[at(f, j, i)] = -divergence(f, j, i) / dt;
  /* Of the divergence that is left, relative to lid / 1. */
  if (solve_pressure(f, 1e-6 * fabs(f->lid) / dt) < 0) return -1;
  subtract_gradient(f, dt);
  return 0;
}

/* Diffusion, the central difference of what is carried, and its way in a step. */
static double stable_step(const Flow* f) {
  const double speed = fmax(fabs(f->lid), 1e-12);
  const double diffusion = 0.2 * f->h * f->h / f->viscosity;
  return fmin(diffusion, fmin(f->viscosity / (speed * speed), 0.4 * f->h / speed));
}

int flow_advance(Flow* f, double duration) {
  set_walls(f);
  const int steps = (int)ceil(duration / stable_step(f) - 1e-9);
  for (int k = 0; k < steps; ++k)
    if (step(f, duration / steps) < 0) return -1;
  return steps;
}

void flow_centres(const Flow* f, double* u, double* v, double* p) {
  for (int j = 0; j < f->rows; ++j) {
    for (int i = 0; i < f->n; ++i) {
      const size_t k = at(f, j, i), out = (size_t)j * (size_t)f->n + (size_t)i;
      u[out] = (f->u[k] + f->u[k + 1]) / 2;
      v[out] = (f->v[k] + f->v[k + (size_t)(f->n + 2)]) / 2;
      p[out] = f->p[k];
    }
  }
}

double flow_largest_divergence(const Flow* f) {
  double largest = 0;
  for (int j = 0; j < f->rows; ++j)
    for (int i = 0; i < f->n; ++i) largest = fmax(largest, fabs(divergence(f, j, i)));
  MPI_Allreduce(MPI_IN_PLACE, &largest, 1, MPI_DOUBLE, MPI_MAX, f->comm);
  return largest;
}
