/* A lid-driven cavity that streams its velocities and its pressure to weir: u, v and p in the
 * middle of the cells, at every interval. The study draws the lid's speed and the viscosity. */
#include <weir/client.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow.h"

typedef struct Options {
  int grid, steps;
  double interval; /* from a step that is sent to the next */
} Options;

static void stop_run(int code, const char* what, const char* detail) {
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  if (rank == 0) fprintf(stderr, "cavity: %s%s\n", what, detail);
  MPI_Finalize();
  exit(code);
}

/* weir gives all ranks the same status, so that they end together. */
static void require(weir_status status, const weir_client* client) {
  if (status != WEIR_OK) stop_run(1, "weir: ", weir_last_error(client));
}

static double positive(const char* text) {
  char* end;
  const double value = strtod(text, &end);
  if (end == text || *end || !(value > 0) || value > 1e6) stop_run(2, "no number above 0: ", text);
  return value;
}

static Options read_options(int argc, char** argv) {
  Options options = {.grid = 64, .steps = 50, .interval = 0.1};
  for (int k = 1; k < argc; k += 2) {
    if (k + 1 == argc) stop_run(2, "wants a value, or is no option: ", argv[k]);
    if (strcmp(argv[k], "--grid") == 0)
      options.grid = (int)positive(argv[k + 1]);
    else if (strcmp(argv[k], "--steps") == 0)
      options.steps = (int)positive(argv[k + 1]);
    else if (strcmp(argv[k], "--interval") == 0)
      options.interval = positive(argv[k + 1]);
    else
      stop_run(2, "options are --grid, --steps and --interval, not ", argv[k]);
  }
  if (options.grid < 2) stop_run(2, "--grid must be at least 2", "");
  return options;
}

static Flow create(const Options* options, const double parameters[2]) {
  Flow flow;
  const FlowStatus status =
      flow_create(&flow, MPI_COMM_WORLD, options->grid, parameters[0], parameters[1]);
  if (status == FLOW_TOO_MANY_RANKS) stop_run(2, "more ranks than rows of cells", "");
  if (status == FLOW_NO_MEMORY) stop_run(3, "no memory for a grid of this size", "");
  return flow;
}

int main(int argc, char** argv) {
  weir_client* client;
  double parameters[2]; /* lid's speed, viscosity */
  size_t count = 0;

  MPI_Init(&argc, &argv);
  const Options options = read_options(argc, argv);
  require(weir_init(MPI_COMM_WORLD, &client), NULL);
  require(weir_parameters(client, 2, parameters, &count), client);
  if (count < 2) stop_run(1, "the study must have two parameters: lid and viscosity", "");
  Flow flow = create(&options, parameters);
  const size_t cells = (size_t)flow.rows * (size_t)flow.n;
  double* fields = malloc(3 * cells * sizeof(double));
  if (!fields) MPI_Abort(MPI_COMM_WORLD, 3);
  double *u = fields, *v = u + cells, *p = v + cells;
  for (int step = 0; step < options.steps; ++step) {
    if (flow_advance(&flow, options.interval) < 0)
      stop_run(1, "the pressure did not converge; are the parameters finite?", "");
    flow_centres(&flow, u, v, p);
    require(weir_send(client, "u", u, cells), client);
    require(weir_send(client, "v", v, cells), client);
    require(weir_send(client, "p", p, cells), client);
  }
  require(weir_finalize(&client), NULL);
  free(fields);
  flow_free(&flow);
  MPI_Finalize();
  return 0;
}
