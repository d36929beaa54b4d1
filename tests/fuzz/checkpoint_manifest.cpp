// manifest.json of a checkpoint and files.json of a rank's part, of which the fuzzer makes what
// their checksum covers: a list that is understood is written and read again as the same.

#include <array>
#include <cstdio>

#include "server/checkpoint/manifest.h"
#include "src/core/crc32c.h"
#include "src/core/error.h"
#include "tests/fuzz/fuzz.h"

namespace {

std::string with_checksum(std::string text) {
  std::array<char, 40> tail{};
  std::snprintf(tail.data(), tail.size(), ",\n\"crc32c\":\"%08x\"}\n", weir::crc32c(text));
  return text + tail.data();
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  const std::string text = fuzz::text_of(data, size);
  try {
    decode_file_list(text, "a manifest");
  } catch (const Error& error) {
    fuzz::check(error.kind() == ErrorKind::input, "a bad manifest is bad input");
  }
  try {
    const FileList list = decode_file_list(with_checksum(text), "a manifest");
    for (const FileRecord& file : list.files)
      fuzz::check(list.find(file.path) != nullptr, "a file is found by its path");
    const std::string written = encode(list);
    fuzz::check(encode(decode_file_list(written, "a manifest")) == written,
                "a manifest is read as it was written");
  } catch (const Error& error) {
    fuzz::check(error.kind() == ErrorKind::input, "a bad manifest is bad input");
  }
  return 0;
}
