// D/run/status.json.

#include "launcher/records/status_file.h"

#include "src/core/error.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  try {
    const LauncherStatus status = parse_status(fuzz::text_of(data, size));
    fuzz::check(!status_text(status, /*now=*/0, /*launcher_gone=*/false).empty(),
                "a status has a text");
    const std::string written = write_status(status);
    fuzz::check(write_status(parse_status(written)) == written, "a status is read as written");
  } catch (const Error& error) {
    fuzz::check(error.kind() == ErrorKind::input, "a bad status is bad input");
  }
  return 0;
}
