#pragma once
// A simulated solver with its sessions: it computes, sends, follows its server, and ends.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "src/core/random.h"
#include "src/wire/client_session.h"
#include "src/wire/memory_channel.h"
#include "tests/unit/wire/simulated_plan.h"

namespace weir::wire::test {

/// What the endpoint file says.
struct Endpoints {
  std::uint64_t epoch = 0;
  std::vector<std::string> ranks;
};

/// What the ranks of a solver know of each other by MPI: its calls, which all make in one order,
/// and none before all have returned from the one before.
struct SimulatedRanks {
  std::vector<std::size_t> fields;     ///< of the calls of weir_send that some rank has come to
  std::vector<std::size_t> returned;   ///< by part: from so many calls
  std::vector<std::size_t> room;       ///< by part: for what it has of so many calls
  std::vector<bool> open;              ///< by part: every server rank has welcomed it
  std::vector<bool> drained;           ///< by part: all that it had to send is accepted
  std::vector<std::uint64_t> resume;   ///< by part
  std::optional<std::uint64_t> start;  ///< agreed, when all are open
};

/// Does what client_api does in one rank of a solver, on the test's clock and without its threads.
/// The order in which the solver sends the fields of neighbouring steps is drawn.
class SimulatedClient {
 public:
  SimulatedClient(const Plan& plan, std::uint64_t sim, std::uint64_t attempt, std::size_t part,
                  SimulatedRanks& solver, MemoryNetwork& network, const Endpoints& endpoints,
                  Time now);

  /// False when nothing came.
  bool run(Time now, Random& random, const Endpoints& endpoints);

  bool ended() const;
  std::optional<Reject> rejection() const;
  std::size_t unaccepted() const;
  std::uint64_t sim() const { return sim_; }
  std::uint64_t attempt() const { return attempt_; }
  std::uint64_t epoch() const { return epoch_; }
  const ClientSession& session(std::size_t rank) const { return *sessions_[rank]; }

 private:
  bool receive(Time now);
  void follow(Time now, const Endpoints& endpoints);
  bool quiet(Time now) const;
  void note_welcomes();
  void begin(Random& random);
  void send_next(Time now, Random& random);
  void end(Time now);
  std::size_t choose_field(Random& random) const;
  void pass(std::uint64_t step);
  bool reserve(std::uint64_t step);
  void send(std::uint64_t step, std::size_t field);
  void send_share(std::uint64_t step, std::size_t field);
  Box share_of(std::size_t field) const;
  std::size_t sample_bytes() const;
  bool holds(std::uint64_t step) const;
  bool done() const;
  std::uint64_t resume_step() const;
  std::size_t rank_of_step(std::uint64_t step) const;

  const Plan& plan_;
  const std::uint64_t sim_, attempt_;
  const std::size_t part_;
  SimulatedRanks& solver_;
  MemoryNetwork& network_;
  std::unique_ptr<ClientChannel> channel_;
  std::vector<std::unique_ptr<ClientSession>> sessions_;
  std::uint64_t epoch_;
  Time next_look_{};
  std::vector<Welcome> welcomes_;  ///< as the solver knows them, maybe late
  bool begun_ = false;
  std::vector<std::uint64_t> next_step_;           ///< of each field
  std::map<std::uint64_t, std::size_t> reserved_;  ///< bytes still to be sent of begun steps
  std::optional<Time> end_said_;
  Time now_{};
};

/// All ranks of a solver that send: one that gathers, or several parts.
class SimulatedSolver {
 public:
  SimulatedSolver(const Plan& plan, std::uint64_t sim, std::uint64_t attempt,
                  MemoryNetwork& network, const Endpoints& endpoints, Time now);

  /// False when nothing came.
  bool run(Time now, Random& random, const Endpoints& endpoints);
  /// One of its parts dies, and the others wait for it for ever.
  void lose_part(Random& random);

  bool ended() const;
  std::optional<Reject> rejection() const;
  std::uint64_t sim() const { return sim_; }
  std::uint64_t attempt() const { return attempt_; }
  const std::vector<std::unique_ptr<SimulatedClient>>& parts() const { return parts_; }

 private:
  const std::uint64_t sim_, attempt_;
  SimulatedRanks solver_;
  std::vector<std::unique_ptr<SimulatedClient>> parts_;
  bool lost_ = false;
};

}  // namespace weir::wire::test
