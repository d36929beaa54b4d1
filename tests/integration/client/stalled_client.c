/* stalled_client exit|measure: a solver whose server has no room. "exit" ends without weir_finalize while steps are under
 * way; "measure" goes on until the timeout, and fails if the process ever had more memory than window + 64 MiB. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weir/client.h>

#define VALUES (1 << 18)
#define WINDOW_STEPS 32
#define LIMIT_KIB ((WINDOW_STEPS + 64) * 1024L)

static int send_steps(weir_client *client, int steps) {
  static double values[VALUES];
  weir_status status = WEIR_OK;
  int step;
  for (step = 0; step < steps && status == WEIR_OK; ++step) {
    values[0] = step;
    status = weir_send(client, "u", values, VALUES);
  }
  return status;
}

static int too_much_memory(void) {
#ifdef SANITIZED
  return 0; /* the sanitizers have memory of their own */
#else
  /* not getrusage: its maximum includes the parent's memory before exec */
  FILE *status = fopen("/proc/self/status", "r");
  char line[256];
  long peak_kib = -1;
  if (status == NULL) return 1;
  while (fgets(line, sizeof line, status) != NULL && sscanf(line, "VmHWM: %ld", &peak_kib) != 1) {
  }
  fclose(status);
  return peak_kib < WINDOW_STEPS * 1024L || peak_kib > LIMIT_KIB;
#endif
}

int main(int count, char **arguments) {
  weir_client *client = NULL;
  if (count != 2 || weir_init_serial(&client) != WEIR_OK) return 2;
  if (send_steps(client, WINDOW_STEPS) != WEIR_OK) return 3;
  if (strcmp(arguments[1], "exit") == 0) exit(EXIT_SUCCESS);
  if (send_steps(client, 1) != WEIR_ERROR_TIMEOUT) return 4;
  if (weir_finalize(&client) != WEIR_ERROR_TIMEOUT) return 5;
  return too_much_memory() ? 6 : 0;
}
