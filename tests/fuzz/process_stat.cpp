// What the local scheduler reads of its jobs: /proc/PID/stat, and a mark in /proc/PID/environ.

#include "src/core/process_table.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  const std::string text = fuzz::text_of(data, size);
  if (const auto stat = parse_process_stat(7, text))
    fuzz::check(stat->id.pid == 7, "a process has the number that was asked for");
  if (const auto value = environment_value(text, "WEIR_JOB"))
    fuzz::check(text.find("WEIR_JOB=" + *value) != std::string::npos, "a mark stands in the text");
  return 0;
}
