#include <string>
#include <vector>

#include "tests/bench/in_turn.h"
#include "tests/bench/ingest.h"
#include "tests/bench/suite.h"

namespace weir::bench {
namespace {

constexpr std::size_t kib = 1024, mib = 1024 * kib;

std::string name_of(Transport transport) {
  switch (transport) {
    case Transport::ipc:
      return "ipc";
    case Transport::tcp:
      return "none";
    case Transport::curve:
      return "curve";
  }
  return "";
}

/// About `total` bytes over all clients, in steps of `bytes`.
IngestCase case_of(Transport transport, std::size_t clients, std::size_t bytes, std::size_t total) {
  const std::size_t steps = std::max<std::size_t>(4, total / bytes / clients);
  return {clients, bytes / sizeof(float), steps, transport};
}

void measure(Reporter& reporter, const Options& options, const IngestCase& which,
             std::size_t runs) {
  const std::string name = name_of(which.transport) + "/" + std::to_string(which.clients) + "x" +
                           size_name(which.step_bytes());
  if (!options.wants(name)) return;
  const auto [ours, bare] = in_turn(
      runs, [&] { return weir_ingest(which) / 1e9; }, [&] { return bare_ingest(which) / 1e9; });
  reporter.report({name, ours, "GB/s", bare});
}

}  // namespace

void ingest_suite(Reporter& reporter, const Options& options) {
  using Sizes = std::vector<std::size_t>;
  const std::size_t total = options.quick ? 4 * mib : 512 * mib, runs = options.quick ? 1 : 5;
  const Sizes sizes =
      options.quick ? Sizes{64 * kib} : Sizes{4 * kib, 64 * kib, mib, 4 * mib, 16 * mib};
  const Sizes clients = options.quick ? Sizes{2} : Sizes{1, 2, 4};
  for (const Transport transport : {Transport::ipc, Transport::tcp, Transport::curve}) {
    // Encrypted, the same bytes take several times as long.
    const std::size_t bytes = transport == Transport::curve ? total / 4 : total;
    for (const std::size_t count : clients)
      for (const std::size_t size : sizes)
        measure(reporter, options, case_of(transport, count, size, bytes), runs);
  }
}

}  // namespace weir::bench
