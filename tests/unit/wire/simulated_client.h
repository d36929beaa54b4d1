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

/// Does what client_api does, on the test's clock and without its threads. The order in which it
/// sends the fields of neighbouring steps is drawn.
class SimulatedClient {
 public:
  SimulatedClient(const Plan& plan, std::uint64_t sim, std::uint64_t attempt,
                  MemoryNetwork& network, const Endpoints& endpoints, Time now);

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
  std::size_t choose_field(Random& random) const;
  void pass(std::uint64_t step);
  bool reserve(std::uint64_t step);
  void send(std::uint64_t step, std::size_t field);
  bool holds(std::uint64_t step) const;
  bool done() const;
  std::uint64_t resume_step() const;
  std::size_t rank_of_step(std::uint64_t step) const;

  const Plan& plan_;
  const std::uint64_t sim_, attempt_;
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

}  // namespace weir::wire::test
