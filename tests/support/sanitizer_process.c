/* Part of every program of a sanitizer build, so that what a sanitizer finds in any process of a test is noticed and can be read. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>

/* Closes nothing. MPI unloads its plug-ins at its end; a report that comes later could not name the frames in them, and no
 * suppression could tell their leaks from weir's. */
int dlclose(void *library) {
  (void)library;
  return 0;
}

/* Where g++ links both, the undefined behaviour sanitizer passes its log_path to the address sanitizer and writes its own reports
 * to the standard error, which a parent may throw away. */
__attribute__((constructor)) static void send_reports_of_undefined_behaviour(void) {
  const char *path = getenv("WEIR_UBSAN_REPORTS");
  void *library = dlopen("libubsan.so.1", RTLD_LAZY | RTLD_NOLOAD);
  void *function = library ? dlsym(library, "__sanitizer_set_report_path") : NULL;
  if (path && function) {
    void (*set_path)(const char *);
    *(void **)&set_path = function;
    set_path(path);
  }
}
