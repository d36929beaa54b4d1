// D/run/endpoint.json.

#include "src/wire/endpoint_file.h"

#include "src/core/error.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/one_file.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  fuzz::OneFile files(fuzz::text_of(data, size));
  try {
    wire::read_endpoint_file(files, "/nowhere/endpoint.json");
  } catch (const Error& error) {
    fuzz::check(error.kind() == ErrorKind::environment, "a bad endpoint file is the environment's");
  }
  return 0;
}
