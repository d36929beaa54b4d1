// Safetensors files: every tensor lies inside the file.

#include "server/checkpoint/safetensors.h"

#include "src/core/error.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  try {
    const auto file = safetensors::parse(fuzz::text_of(data, size), "a file");
    const auto* begin = reinterpret_cast<const std::byte*>(file.content.data());
    for (const auto& tensor : file.tensors) {
      const auto* at = tensor.bytes.data();
      fuzz::check(tensor.bytes.empty() ||
                      (at >= begin && at + tensor.bytes.size() <= begin + file.content.size()),
                  "a tensor lies inside its file");
      fuzz::check(file.find(tensor.name) != nullptr, "a tensor is found by its name");
    }
  } catch (const Error& error) {
    fuzz::check(error.kind() == ErrorKind::input, "a bad file is bad input");
  }
  return 0;
}
