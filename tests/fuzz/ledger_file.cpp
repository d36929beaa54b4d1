// Ledger files, of which the fuzzer makes what lies between magic and checksum.

#include "src/core/crc32c.h"
#include "src/core/error.h"
#include "src/core/ledger.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/one_file.h"

namespace {

std::string with_checksum(const std::string& content) {
  std::string bytes = "weirledg" + content;
  const std::uint32_t crc = weir::crc32c(bytes);
  for (int k = 0; k < 4; ++k) bytes += static_cast<char>(crc >> (8 * k));
  return bytes;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  fuzz::OneFile files(with_checksum(fuzz::text_of(data, size)));
  try {
    const Ledger ledger = Ledger::load(files, "/nowhere/ledger");
    const auto accepted = ledger.accepted();
    for (const SampleId& id : accepted) {
      fuzz::check(id.step < ledger.steps(), "only steps of the study are accepted");
      fuzz::check(ledger.contains(id), "what is accepted is known");
    }
  } catch (const Error& error) {
    fuzz::check(error.kind() == ErrorKind::input, "a bad ledger is bad input");
  }
  return 0;
}
