// The file `store` of a checkpoint: what is understood is written back to the same bytes.

#include "server/checkpoint/store_file.h"
#include "src/core/error.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  const std::string bytes = fuzz::text_of(data, size);
  try {
    const StoreFile file = decode_store(bytes, "a store");
    fuzz::check(file.places.size() == file.state.samples.size(), "each sample has a place");
    const std::string again = encode_store(file.state, file.places, file.row_size);
    fuzz::check(again.size() == bytes.size(), "a store is written as large as it was read");
  } catch (const Error& error) {
    fuzz::check(error.kind() == ErrorKind::input, "a bad store is bad input");
  }
  return 0;
}
