/* Value k of step s is 10 s + k; with MPI and without. */
#include <weir/client.h>

enum { values = 8, steps = 5 };

static int run(weir_client *client) {
  double u[values];
  for (int step = 0; step < steps; ++step) {
    for (int k = 0; k < values; ++k) u[k] = 10 * step + k;
    if (weir_send(client, "u", u, values) != WEIR_OK) return 1;
  }
  return weir_finalize(&client) != WEIR_OK;
}

int main(int argc, char **argv) {
  weir_client *client;
#ifdef WEIR_NO_MPI
  (void)argc, (void)argv;
  return weir_init_serial(&client) != WEIR_OK || run(client);
#else
  MPI_Init(&argc, &argv);
  const int failed = weir_init(MPI_COMM_WORLD, &client) != WEIR_OK || run(client);
  MPI_Finalize();
  return failed;
#endif
}
