/* A solver in strict C99: the header is C, and three calls stream a simulation. Ends with the first status that is wrong. */
#include <stdio.h>
#include <string.h>
#include <weir/client.h>

#define VALUES 24

static int fail(const char *call, weir_status status, const weir_client *client) {
  fprintf(stderr, "%s: %s: %s\n", call, weir_strerror(status), weir_last_error(client));
  return 1;
}

static int check_questions(const weir_client *client) {
  double parameters[2] = {0, 0};
  size_t count = 0, step = 99;
  weir_status status = weir_parameters(client, 2, parameters, &count);
  if (status != WEIR_OK) return fail("weir_parameters", status, client);
  status = weir_resume_step(client, &step);
  if (status != WEIR_OK) return fail("weir_resume_step", status, client);
  return count == 2 && parameters[0] == 1.5 && parameters[1] == -2.0 && step == 0 ? 0 : 1;
}

int main(void) {
  weir_client *client = NULL;
  double u[VALUES];
  float v[3];
  int step, i;
  weir_status status = weir_init_serial(&client);
  if (status != WEIR_OK) return fail("weir_init_serial", status, client);
  if (check_questions(client) != 0) return 2;
  for (step = 0; step < 3; ++step) {
    for (i = 0; i < VALUES; ++i) u[i] = 1000.0 * step + i;
    for (i = 0; i < 3; ++i) v[i] = (float)-u[i];
    status = weir_send(client, "u", u, VALUES);
    if (status != WEIR_OK) return fail("weir_send", status, client);
    memset(u, 0, sizeof u); /* it has been copied */
    status = weir_send_float(client, "v", v, 3);
    if (status != WEIR_OK) return fail("weir_send_float", status, client);
  }
  status = weir_finalize(&client);
  if (status != WEIR_OK) return fail("weir_finalize", status, NULL);
  return client == NULL ? 0 : 3;
}
