#include <algorithm>
#include <string>
#include <vector>

#include "tests/bench/in_turn.h"
#include "tests/bench/ingest.h"
#include "tests/bench/start_line.h"
#include "tests/bench/suite.h"

namespace weir::bench {
namespace {

constexpr std::size_t kib = 1024, mib = 1024 * kib;
/// Small enough, and steps enough, that a client's frames are used again, as they are in a
/// simulation.
constexpr std::size_t least_window = 4 * mib, least_steps = 10;

/// Bytes per second, from when all clients begin, connected, to the last row in its slot.
double weir_fanin(const IngestCase& which) {
  StartLine line(which.clients);
  const Reception reception = serve_clients(which, [&](weir_client* client) {
    line.wait();
    return send_all(client, which);
  });
  return static_cast<double>(which.bytes()) / Seconds(reception.last - line.left()).count();
}

void measure(Reporter& reporter, const Options& options, std::size_t clients, std::size_t bytes) {
  const std::string name = std::to_string(clients) + "x" + size_name(bytes);
  if (!options.wants(name)) return;
  const std::size_t total = options.quick ? 4 * mib : 256 * mib, runs = options.quick ? 1 : 3;
  const std::size_t steps = std::max(options.quick ? 2 : least_steps, total / bytes / clients);
  const std::size_t window = std::max(least_window, 2 * bytes);
  const IngestCase which{clients, bytes / sizeof(float), steps, Transport::ipc, window};
  const auto [ours, files] = in_turn(
      runs, [&] { return weir_fanin(which) / 1e9; }, [&] { return file_ingest(which) / 1e9; });
  reporter.report({name, ours, "GB/s", files});
}

}  // namespace

void fanin_suite(Reporter& reporter, const Options& options) {
  using Numbers = std::vector<std::size_t>;
  for (const std::size_t bytes :
       options.quick ? Numbers{256 * kib} : Numbers{256 * kib, mib, 4 * mib, 16 * mib})
    for (const std::size_t clients : options.quick ? Numbers{4} : Numbers{1, 2, 4, 8, 16, 32})
      measure(reporter, options, clients, bytes);
}

}  // namespace weir::bench
