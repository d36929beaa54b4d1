// Study files: what is accepted is written out and read again as the same study.

#include "src/core/error.h"
#include "src/study/parse.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  Study study;
  try {
    study = parse_study(fuzz::text_of(data, size), "/nowhere");
  } catch (const Error& error) {
    fuzz::check(error.kind() == ErrorKind::input, "a bad study is bad input");
    return 0;
  }
  const std::string written = write_study(study);
  fuzz::check(write_study(parse_study(written, "/elsewhere")) == written,
              "a resolved study is read as it was written");
  return 0;
}
