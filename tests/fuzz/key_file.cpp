// D/run/client.key: what is wrong with one is said without its content.

#include "src/core/error.h"
#include "src/wire/keys.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/one_file.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  fuzz::OneFile files(fuzz::text_of(data, size));
  try {
    const auto key = wire::read_key_file(files, "/nowhere/client.key");
    fuzz::check(wire::is_curve_key(key.public_key) && wire::is_curve_key(key.secret_key),
                "a key that was read is one");
  } catch (const Error& error) {
    fuzz::check(error.kind() == ErrorKind::environment, "a bad key is the environment's");
  }
  return 0;
}
