/* The solver's own checkpoints: the whole field in files PREFIX.STEP, where STEP is the first step
 * that is still to be computed. A run on any number of ranks can go on from them. */
#ifndef HEAT_CHECKPOINT_H
#define HEAT_CHECKPOINT_H

#include "options.h"
#include "solver.h"

/* Collective; rank 0 writes, to a temporary name first, so that a file is whole or not there.
 * False, on every rank, when it cannot. */
bool write_checkpoint(const Solver* solver, const char* prefix, int step);

/* Collective; reads the newest checkpoint of this grid whose step is at most `latest` into
 * solver->u. Returns its step, the same on every rank; 0 when there is none, and u stays as it is.
 */
int read_checkpoint(Solver* solver, const char* prefix, int latest);

/* The first step to compute: where the newest checkpoint that is not later than `latest` ends, when
 * the options ask for checkpoints and there is one; 0 otherwise. Collective. */
int first_step(Solver* solver, const Options* options, int latest);

/* Writes a checkpoint when the options ask for one at this step; ends the program when it cannot.
 */
void keep_step(const Solver* solver, const Options* options, int step);

#endif
