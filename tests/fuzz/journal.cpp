// The launcher's journal, and what a later launcher makes of it.

#include <algorithm>
#include <utility>

#include "launcher/run/past.h"
#include "src/core/error.h"
#include "src/study/parse.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/one_file.h"

namespace {

const weir::Study& some_study() {
  static const weir::Study study = weir::parse_study(R"({
    "name": "fuzz",
    "simulation": {"count": 10, "steps": 20, "fields": [{"name": "u", "shape": [4]}],
                   "command": ["solver"]},
    "parameters": [{"name": "a", "bounds": [0, 1]}],
    "buffer": {"capacity": 100, "watermark": 10}})",
                                                     "/nowhere");
  return study;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  fuzz::OneFile files(fuzz::text_of(data, size));
  try {
    const auto attempts = past_attempts(some_study(), StudyDirectory{"/nowhere"},
                                        read_journal(files, "/nowhere/journal"));
    const auto not_before = [](const PastAttempt& one, const PastAttempt& next) {
      return std::pair(one.id.sim, one.id.attempt) >= std::pair(next.id.sim, next.id.attempt);
    };
    fuzz::check(std::adjacent_find(attempts.begin(), attempts.end(), not_before) == attempts.end(),
                "attempts are in order, each once");
  } catch (const Error& error) {
    fuzz::check(error.kind() == ErrorKind::input, "a bad journal is bad input");
  }
  return 0;
}
