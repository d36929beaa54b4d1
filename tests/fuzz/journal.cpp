// The launcher's journal, and what a later launcher makes of it.

#include "launcher/past.h"
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
    for (const PastAttempt& attempt : attempts)
      fuzz::check(attempt.id.sim < 10, "only simulations of the study are of the past");
  } catch (const Error& error) {
    fuzz::check(error.kind() == ErrorKind::input, "a bad journal is bad input");
  }
  return 0;
}
