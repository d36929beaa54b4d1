#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "src/core/error.h"
#include "src/core/file_limit.h"
#include "tests/bench/gate.h"
#include "tests/bench/in_turn.h"
#include "tests/bench/ingest.h"
#include "tests/bench/start_line.h"
#include "tests/bench/suite.h"

namespace weir::bench {
namespace {

constexpr std::size_t processes = 8;
constexpr std::size_t most_clients = 1000;
constexpr std::size_t values = 10'000;  // 40 kB
constexpr double mib = 1 << 20;

struct Result {
  double bytes_per_second;
  /// Seconds from when all begin, connected, until a client's last step was in its slot.
  double longest_wait, median_wait;
  std::size_t memory;  ///< see Reception
};

/// The clients of one process, each with a thread as its solver.
class ClientGroup {
 public:
  ClientGroup(const IngestCase& which, const StudyDirectory& directory, std::size_t process)
      : which_(which) {
    for (std::size_t sim = process; sim < which.clients; sim += processes) {
      become_simulation(directory, sim);
      weir_client* client = nullptr;
      check(weir_init_serial(&client));
      clients_.push_back(client);
    }
  }

  /// All solvers send all of their steps at once: no send waits, as the steps of a client fit into
  /// its window. They live until `received` opens.
  void send_all(StartLine& start, const Gate& received) {
    std::vector<std::thread> solvers;
    for (weir_client* client : clients_)
      solvers.emplace_back([this, client, &start, &received] {
        const std::vector<float> row(which_.values, 1.0f);
        start.wait();
        for (std::size_t step = 0; step < which_.steps; ++step)
          check(weir_send_float(client, "u", row.data(), row.size()));
        received.wait();
      });
    for (std::thread& solver : solvers) solver.join();
  }
  void finalize() {
    for (weir_client*& client : clients_) check(weir_finalize(&client));
  }
  bool failed() const { return failed_; }

 private:
  void check(weir_status status) {
    if (status != WEIR_OK) failed_ = true;
  }

  const IngestCase& which_;
  std::vector<weir_client*> clients_;
  std::atomic<bool> failed_ = false;
};

/// All clients live until the last step of all is in its slot.
Result stream(const IngestCase& which) {
  StartLine start(which.clients);
  const Gate received;
  const Reception reception = serve_processes(
      which, processes,
      [&](const StudyDirectory& directory, std::size_t process) {
        raise_file_limit();
        ClientGroup group(which, directory, process);
        group.send_all(start, received);
        group.finalize();
        return group.failed() ? 1 : 0;
      },
      [&] { received.open(); });
  std::vector<double> waits;
  for (const Time last : reception.last_of) waits.push_back(Seconds(last - start.left()).count());
  return {static_cast<double>(which.bytes()) / Seconds(reception.last - start.left()).count(),
          *std::max_element(waits.begin(), waits.end()), median(waits), reception.memory};
}

/// Each client of a process takes about ten descriptors of it, and one of the server rank.
void require_files(std::size_t clients) {
  const std::size_t needed = 100 + std::max(clients, clients / processes * 12);
  if (const std::size_t limit = raise_file_limit(); limit < needed)
    throw Error(ErrorKind::environment, std::to_string(clients) + " clients need " +
                                            std::to_string(needed) + " open files, the limit is " +
                                            std::to_string(limit) + ": raise it (ulimit -n)");
}

}  // namespace

void connections_suite(Reporter& reporter, const Options& options) {
  const std::size_t clients = options.quick ? 40 : most_clients, steps = 10;
  const std::size_t runs = options.quick ? 1 : 5;
  require_files(clients);
  const IngestCase many{clients, values, steps};
  const IngestCase few{processes, values, clients * steps / processes};

  std::vector<double> longest, typical, memory;
  const auto [ours, eight] = in_turn(
      runs,
      [&] {
        const Result result = stream(many);
        longest.push_back(result.longest_wait);
        typical.push_back(result.median_wait);
        memory.push_back(static_cast<double>(result.memory) / mib);
        return result.bytes_per_second / 1e9;
      },
      [&] { return stream(few).bytes_per_second / 1e9; });
  const std::string name = std::to_string(clients) + "x40kB/";
  reporter.report({name + "ingest", ours, "GB/s", eight});
  reporter.report({name + "longest_wait", median(longest), "s", median(typical)});
  reporter.report({name + "memory", *std::max_element(memory.begin(), memory.end()), "MiB",
                   static_cast<double>(bytes_in_flight) / mib});
}

}  // namespace weir::bench
