/* sanitizer_bait MISTAKE: makes one of the mistakes that sanitizers find, for the test of tests/support/sanitized. */
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static int shared;

static void *count_up(void *none) {
  for (int k = 0; k < 1000; ++k) ++shared;
  return none;
}

static int race(void) {
  pthread_t other;
  if (pthread_create(&other, NULL, count_up, NULL) != 0) return 2;
  count_up(NULL);
  return pthread_join(other, NULL);
}

static int read_freed_memory(void) {
  int *volatile cell = malloc(sizeof *cell);
  free(cell);
  return *cell & 1;
}

static int leak(void) {
  void *volatile lost = malloc(16);
  lost = NULL;
  return lost != NULL;
}

static int overflow(void) {
  volatile int number = INT_MAX;
  number = number + 1;
  return 0;
}

int main(int count, char **arguments) {
  const char *mistake = count > 1 ? arguments[1] : "";
  if (strcmp(mistake, "race") == 0) return race();
  if (strcmp(mistake, "freed") == 0) return read_freed_memory();
  if (strcmp(mistake, "leak") == 0) return leak();
  if (strcmp(mistake, "overflow") == 0) return overflow();
  return 0;
}
