#include <string>
#include <string_view>
#include <vector>

#include "src/core/clock.h"
#include "src/core/crc32c.h"
#include "tests/bench/suite.h"

namespace weir::bench {
namespace {

using Checksum = std::uint32_t (*)(std::string_view, std::uint32_t);

/// Nanoseconds for one KiB; what each pass finds goes into the next, so that none is left out.
double time_per_kib(Checksum checksum, const std::string& bytes, std::size_t passes) {
  const SystemClock clock;
  const Time start = clock.now();
  volatile std::uint32_t found = 0;
  for (std::size_t k = 0; k < passes; ++k) found = checksum(bytes, found);
  const double kib = static_cast<double>(bytes.size() * passes) / 1024;
  return Seconds(clock.now() - start).count() * 1e9 / kib;
}

}  // namespace

void checksum_suite(Reporter& reporter, const Options& options) {
  const std::string bytes(1u << 20, '\x5a');
  const std::size_t passes = options.quick ? 4 : 200, runs = options.quick ? 3 : 7;
  std::vector<double> tables, instruction;
  for (std::size_t run = 0; run < runs; ++run) {
    tables.push_back(time_per_kib(crc32c_portable, bytes, passes));
    instruction.push_back(time_per_kib(crc32c, bytes, passes));
  }
  const double reference = median(tables);
  if (options.wants("crc32c/tables"))
    reporter.report({"crc32c/tables", reference, "ns/KiB", reference});
  if (options.wants("crc32c/instruction"))
    reporter.report({"crc32c/instruction", median(instruction), "ns/KiB", reference});
}

}  // namespace weir::bench
