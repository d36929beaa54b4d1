/* The pressure's equation: -Δp = source, with no gradient across the walls. */
#ifndef CAVITY_PRESSURE_H
#define CAVITY_PRESSURE_H

#include "flow.h"

/* Source in flow->residual, whose sum is 0; begins from flow->p and leaves the solution there, with
 * rows of neighbours, mean 0. Conjugate gradients (Hestenes and Stiefel, 1952) until the residual's
 * root mean square is at most `tolerance`. Iterations, or -1: it does not converge. Collective. */
int solve_pressure(Flow* flow, double tolerance);

#endif
