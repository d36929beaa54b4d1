/* A solver that takes no time, for tests of the whole: each value of field k at step s is f(parameters, k, s), and options make it
 * misbehave in the ways that real solvers do. Serial. */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <weir/client.h>

typedef struct options {
  const char *field;
  size_t size, steps;
  long nan_at, crash_at, exit_at, hang_at; /* step; -1: never */
  long nan_odd_below;                      /* every odd step below this has a NaN */
  long faulty_attempts;                    /* attempts below this misbehave */
  long delay_ms;                           /* between steps */
  double hard_above;                       /* of the first parameter: there the field changes fast with it */
  const char *given;                       /* the first parameter as the command line has it; must be what the server says */
  const char *peak_to;                     /* file that gets a line at the end: the most memory that this process has held */
} options;

static long number(const char *text) { return strtol(text, NULL, 10); }

static int parse(int argc, char **argv, options *o) {
  for (int k = 1; k + 1 < argc; k += 2) {
    const char *name = argv[k], *value = argv[k + 1];
    if (!strcmp(name, "--field")) o->field = value;
    else if (!strcmp(name, "--size")) o->size = (size_t)number(value);
    else if (!strcmp(name, "--steps")) o->steps = (size_t)number(value);
    else if (!strcmp(name, "--nan-at")) o->nan_at = number(value);
    else if (!strcmp(name, "--nan-odd-below")) o->nan_odd_below = number(value);
    else if (!strcmp(name, "--crash-at")) o->crash_at = number(value);
    else if (!strcmp(name, "--exit-at")) o->exit_at = number(value);
    else if (!strcmp(name, "--hang-at")) o->hang_at = number(value);
    else if (!strcmp(name, "--faulty-attempts")) o->faulty_attempts = number(value);
    else if (!strcmp(name, "--delay-ms")) o->delay_ms = number(value);
    else if (!strcmp(name, "--hard-above")) o->hard_above = strtod(value, NULL);
    else if (!strcmp(name, "--given")) o->given = value;
    else if (!strcmp(name, "--peak-to")) o->peak_to = value;
    else return fprintf(stderr, "toy_solver: unknown option '%s'\n", name), 0;
  }
  return 1;
}

static void pause_ms(long ms) {
  struct timespec left = {ms / 1000, (ms % 1000) * 1000000};
  while (nanosleep(&left, &left) != 0 && errno == EINTR) {
  }
}

static void misbehave(const options *o, long step) {
  if (step == o->crash_at) raise(SIGKILL);
  if (step == o->exit_at) exit(7);
  if (step == o->hang_at) pause_ms(600000);
}

/* Appends the line of /proc/self/status, in one write: solvers that end at once share the file. */
static int write_peak(const char *path) {
  char line[128];
  int found = 0, written = 0;
  FILE *status = fopen("/proc/self/status", "r"), *to = fopen(path, "a");
  while (status != NULL && !found && fgets(line, sizeof line, status) != NULL) found = !strncmp(line, "VmHWM:", 6);
  if (status != NULL) fclose(status);
  if (to != NULL) written = found && fputs(line, to) >= 0;
  return to != NULL && fclose(to) == 0 && written;
}

static int fail(const weir_client *client, const char *call, weir_status status) {
  fprintf(stderr, "toy_solver: %s: %s: %s\n", call, weir_strerror(status), weir_last_error(client));
  return 10 + (int)status;
}

int main(int argc, char **argv) {
  options o = {"u", 16, 10, -1, -1, -1, -1, 0, 1000, 0, HUGE_VAL, NULL, NULL};
  weir_client *client = NULL;
  double parameters[8];
  size_t count = 0;
  weir_status status;
  if (!parse(argc, argv, &o)) return 2;
  const char *attempt = getenv("WEIR_ATTEMPT");
  const int faulty = (attempt ? number(attempt) : 0) < o.faulty_attempts;

  status = weir_init_serial(&client);
  if (status != WEIR_OK) return fail(NULL, "weir_init_serial", status);
  status = weir_parameters(client, 8, parameters, &count);
  if (status != WEIR_OK) return fail(client, "weir_parameters", status);

  if (o.given != NULL) {
    printf("parameter %.17g\n", parameters[0]);
    if (strtod(o.given, NULL) != parameters[0]) return 9;
  }
  double *values = malloc(o.size * sizeof *values);
  if (values == NULL) return 3;
  for (size_t step = 0; step < o.steps; ++step) {
    if (faulty) misbehave(&o, (long)step);
    const double hard = parameters[0] > o.hard_above ? 10 * sin(40 * parameters[0]) : 0;
    for (size_t k = 0; k < o.size; ++k) values[k] = hard * cos((double)k) + sin(parameters[0] * (double)(k + 1) / (double)o.size) + 0.01 * (double)step;
    if (faulty && ((long)step == o.nan_at || (step % 2 == 1 && (long)step < o.nan_odd_below))) values[o.size / 2] = NAN;
    status = weir_send(client, o.field, values, o.size);
    if (status != WEIR_OK) {
      const int code = fail(client, "weir_send", status);
      (void)weir_finalize(&client);
      free(values);
      return code;
    }
    if (o.delay_ms > 0) pause_ms(o.delay_ms);
  }
  free(values);
  status = weir_finalize(&client);
  if (status != WEIR_OK) return fail(NULL, "weir_finalize", status);
  return o.peak_to == NULL || write_peak(o.peak_to) ? 0 : 4;
}
