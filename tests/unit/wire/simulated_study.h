#pragma once
// A whole study in one thread: server epochs, clients, the launcher's and the controller's rules
// between them, a network with faults, and processes that die. The same seed, the same run.

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "src/core/clock.h"
#include "src/core/random.h"
#include "src/wire/memory_channel.h"
#include "tests/unit/wire/simulated_client.h"
#include "tests/unit/wire/simulated_plan.h"
#include "tests/unit/wire/simulated_server.h"

namespace weir::wire::test {

/// What happened that a calm run would not show.
struct Troubles {
  std::size_t samples = 0, lost = 0, twice = 0;
  std::size_t attempts = 0, restarts = 0, rolled_back = 0;  ///< rolled_back: samples
  std::size_t lacking = 0, fenced = 0, silent = 0;          ///< clients told, clients lost
  std::size_t repeated = 0, reopened = 0, kept = 0;         ///< chunks, sessions, turns
  std::size_t parts = 0, widowed = 0;  ///< solvers that send in parts; those that lost one of them

  Troubles& operator+=(const Troubles& other);
  bool operator==(const Troubles&) const = default;
};

/// Checks with GoogleTest's EXPECT as it goes.
class SimulatedStudy {
 public:
  explicit SimulatedStudy(std::uint64_t seed);

  /// False when it did not end in ten minutes of its own time.
  bool run();
  /// After run(): what the last epoch holds, and whether all credit came back.
  Troubles check();

 private:
  struct Job {
    std::unique_ptr<SimulatedSolver> solver;
    std::optional<Time> killed_at;      ///< fenced, and not told yet to end
    std::optional<Time> given_up_at{};  ///< without one of its parts it goes on no more
  };
  struct Remains {  ///< of a server that was given up and still runs
    std::unique_ptr<SimulatedServer> server;
    Time killed_at;
  };
  struct WrittenCut {
    Cut cut;
    Time published_at;
  };

  bool complete() const;
  void turn();
  bool run_clients();
  void check_client(const SimulatedClient& client) const;
  void check_memory(const SimulatedServer& server);
  void end_jobs();
  void judge(const SimulatedSolver& solver);
  void note(const SimulatedServer& server);
  void fence_lost_attempts();
  void start_missing();
  void start(std::uint64_t sim);
  Job* current_job(std::uint64_t sim);
  void go_wrong();
  void lose_client(bool lives_on);
  void restart_server();
  void checkpoint();
  bool draw(std::size_t& left, std::uint64_t one_in);
  void count_ledgers();

  Random random_;
  Plan plan_;
  ManualClock clock_;
  MemoryNetwork network_;
  const Time calm_, deadline_;
  Duration pause_{};
  std::vector<Cut> published_;
  std::optional<WrittenCut> written_;
  std::unique_ptr<SimulatedServer> server_;
  std::vector<Remains> remains_;
  Endpoints endpoints_;
  std::vector<std::optional<std::uint64_t>> attempts_;  ///< the latest of each simulation
  std::vector<Job> jobs_;
  Troubles troubles_;
};

}  // namespace weir::wire::test
