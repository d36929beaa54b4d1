// Whole frames, header included, as any peer may send them.

#include "src/wire/message.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir::wire;
  const auto result = decode({reinterpret_cast<const std::byte*>(data), size});
  if (!result.ok()) {
    weir::fuzz::check(!std::get<std::string>(result.value).empty(), "errors have a text");
    return 0;
  }
  weir::fuzz::check(size >= header_size, "a message is no shorter than a header");
  return 0;
}
