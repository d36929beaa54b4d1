/* Command lines of the solvers, the file of the last field, and the orderly end when something is
 * wrong. */
#ifndef HEAT_OPTIONS_H
#define HEAT_OPTIONS_H

#include "grid.h"

typedef struct Options {
  int grid; /* interior points in a direction */
  int steps;
  double dt;              /* s */
  const char* output;     /* file for the last field; NULL: none */
  const char* checkpoint; /* prefix of the solver's own checkpoints; NULL: none */
  int checkpoint_every;   /* steps */
} Options;

/* Reads the arguments; a wrong one ends the program with code 2. With `temperatures` (initial,
 * west, east, south, north; its values are the defaults) the five options of these names are taken
 * too; it may be NULL. */
Options read_options(int argc, char** argv, double temperatures[5]);

/* Collective; rank 0 writes a line for each y from south to north, in it the values from west to
 * east. False, on every rank, when the file cannot be written. */
bool write_field(const Grid* grid, const double* local, const char* file);

/* Rank 0 says the message, on standard output. */
void say(const char* format, ...);

/* Ends the program, called by every rank: rank 0 says the message, on standard error unless `code`
 * is 0. */
void stop_run(int code, const char* format, ...);

#endif
