#include <string>
#include <vector>

#include "tests/bench/ingest.h"
#include "tests/bench/suite.h"

namespace weir::bench {
namespace {

constexpr std::size_t kib = 1024, mib = 1024 * kib;

std::string size_name(std::size_t bytes) {
  return bytes >= mib ? std::to_string(bytes / mib) + "MiB" : std::to_string(bytes / kib) + "KiB";
}

/// About `total` bytes over all clients, in steps of `bytes`.
IngestCase case_of(std::size_t clients, std::size_t bytes, std::size_t total) {
  const std::size_t steps = std::max<std::size_t>(4, total / bytes / clients);
  return {clients, bytes / sizeof(float), steps};
}

void measure(Reporter& reporter, const Options& options, const IngestCase& which,
             std::size_t runs) {
  const std::string name =
      std::to_string(which.clients) + "x" + size_name(which.values * sizeof(float));
  if (!options.wants(name)) return;
  std::vector<double> ours, bare;
  for (std::size_t run = 0; run < runs; ++run) {  // in turn, so that both see the same machine
    ours.push_back(weir_ingest(which) / 1e9);
    bare.push_back(bare_ingest(which) / 1e9);
  }
  reporter.report({name, median(ours), "GB/s", median(bare)});
}

}  // namespace

void ingest_suite(Reporter& reporter, const Options& options) {
  const std::size_t total = options.quick ? 4 * mib : 512 * mib, runs = options.quick ? 1 : 5;
  const std::vector<std::size_t> sizes =
      options.quick ? std::vector<std::size_t>{64 * kib}
                    : std::vector<std::size_t>{4 * kib, 64 * kib, mib, 4 * mib, 16 * mib};
  for (const std::size_t clients :
       options.quick ? std::vector<std::size_t>{2} : std::vector<std::size_t>{1, 2, 4})
    for (const std::size_t bytes : sizes)
      measure(reporter, options, case_of(clients, bytes, total), runs);
}

}  // namespace weir::bench
