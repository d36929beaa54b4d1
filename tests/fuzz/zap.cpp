// What ZeroMQ asks about a connection: only a listed key gets in.

#include "src/wire/zap.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  fuzz::Input input(data, size);
  std::vector<std::string> frames(input.byte() % 9);
  for (auto& frame : frames) {
    const auto bytes = input.bytes(input.byte());
    frame.assign(bytes.begin(), bytes.end());
  }
  const wire::AllowList nobody;
  fuzz::check(!wire::answer_zap(frames, nobody).allowed, "nobody gets in past an empty list");
  return 0;
}
