#include "options.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char* const temperature_names[5] = {"--initial", "--west", "--east", "--south",
                                                 "--north"};

static const char* usage(bool with_temperatures) {
  return with_temperatures
             ? "options: --grid N (100), --steps T (100), --dt SECONDS (0.01), --output FILE, "
               "--checkpoint PREFIX, --checkpoint-every STEPS (10), --initial K, --west K, --east "
               "K, --south K, --north K"
             : "options: --grid N (100), --steps T (100), --dt SECONDS (0.01), --output FILE, "
               "--checkpoint PREFIX, --checkpoint-every STEPS (10)";
}

static void say_to(FILE* stream, const char* format, va_list arguments) {
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  if (rank != 0) return;
  fputs("heat2d: ", stream);
  vfprintf(stream, format, arguments);
  fputc('\n', stream);
  fflush(stream);
}

void say(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  say_to(stdout, format, arguments);
  va_end(arguments);
}

void stop_run(int code, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  say_to(code == 0 ? stdout : stderr, format, arguments);
  va_end(arguments);
  MPI_Finalize();
  exit(code);
}

static double number(const char* name, const char* value) {
  char* end;
  errno = 0;
  const double parsed = strtod(value, &end);
  if (end == value || *end || errno || !isfinite(parsed))
    stop_run(2, "%s is '%s'; it must be a number", name, value);
  return parsed;
}

static int positive_integer(const char* name, const char* value) {
  char* end;
  errno = 0;
  const long parsed = strtol(value, &end, 10);
  if (end == value || *end || errno || parsed < 1 || parsed > INT_MAX)
    stop_run(2, "%s is '%s'; it must be a whole number above 0", name, value);
  return (int)parsed;
}

static void read_temperature(const char* name, const char* value, double* temperatures) {
  for (int k = 0; temperatures && k < 5; ++k) {
    if (strcmp(name, temperature_names[k]) == 0) {
      temperatures[k] = number(name, value);
      return;
    }
  }
  stop_run(2, "unknown option '%s'\n%s", name, usage(temperatures != NULL));
}

static void read_option(Options* options, const char* name, const char* value,
                        double* temperatures) {
  if (strcmp(name, "--grid") == 0) {
    options->grid = positive_integer(name, value);
  } else if (strcmp(name, "--steps") == 0) {
    options->steps = positive_integer(name, value);
  } else if (strcmp(name, "--dt") == 0) {
    options->dt = number(name, value);
    if (options->dt <= 0) stop_run(2, "--dt is '%s'; it must be above 0", value);
  } else if (strcmp(name, "--output") == 0) {
    options->output = value;
  } else if (strcmp(name, "--checkpoint") == 0) {
    options->checkpoint = value;
  } else if (strcmp(name, "--checkpoint-every") == 0) {
    options->checkpoint_every = positive_integer(name, value);
  } else {
    read_temperature(name, value, temperatures);
  }
}

Options read_options(int argc, char** argv, double temperatures[5]) {
  Options options = {.grid = 100, .steps = 100, .dt = 0.01, .checkpoint_every = 10};
  for (int k = 1; k < argc; k += 2) {
    if (strcmp(argv[k], "--help") == 0) stop_run(0, "%s", usage(temperatures != NULL));
    if (k + 1 == argc)
      stop_run(2, "'%s' wants a value, or is no option\n%s", argv[k], usage(temperatures != NULL));
    read_option(&options, argv[k], argv[k + 1], temperatures);
  }
  return options;
}

static bool write_lines(const double* field, int n, const char* file) {
  FILE* stream = fopen(file, "w");
  if (!stream) return false;
  for (int j = 0; j < n; ++j) {
    for (int i = 0; i < n; ++i) fprintf(stream, "%24.16e ", field[(size_t)j * n + i]);
    fputc('\n', stream);
  }
  const bool written = !ferror(stream);
  return fclose(stream) == 0 && written;
}

bool write_field(const Grid* grid, const double* local, const char* file) {
  double* field = gather_field(grid, local);
  int written = field && write_lines(field, grid->n, file);
  free(field);
  MPI_Bcast(&written, 1, MPI_INT, 0, grid->comm);
  return written;
}
