#pragma once
// The aggregator: the thread of a server rank that receives, and the only one to touch its sockets.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <spdlog/logger.h>

#include "server/control/controller.h"
#include "server/control/rank_event.h"
#include "server/sampling/design.h"
#include "src/core/clock.h"
#include "src/wire/aggregator_session.h"
#include "src/wire/channel.h"
#include "src/wire/sample_sink.h"

namespace weir {

/// Owned and used by the trainer's thread. The sink is the aggregator's from start to stop, as far
/// as SampleSink goes.
class Aggregator final : private wire::AggregatorEvents {
 public:
  /// All arguments outlive the aggregator. `controller` is null but on rank 0, `design` null when
  /// nothing is received.
  Aggregator(const wire::AggregatorSettings& settings, std::unique_ptr<wire::ServerChannel> channel,
             wire::SampleSink& sink, const Design* design, Controller* controller,
             std::shared_ptr<spdlog::logger> log);
  ~Aggregator() override;

  std::string endpoint() const;
  /// Before start(): `unique` samples are in the ledger already, and these simulations are complete
  /// on this rank.
  void resume(std::uint64_t unique, const std::vector<std::uint64_t>& complete);
  void start();
  /// Thread-safe: room has come, or something is to be said.
  void wake();
  /// What rank 0 has to learn, as RankEvent words, since the last call.
  std::vector<std::int64_t> take_events();
  /// Attempts of `sim` lower than `lowest` are refused from now on. Returns at once.
  void fence(std::uint64_t sim, std::uint64_t lowest);
  /// A checkpoint was published: clients are told which of their steps are durable. Returns at
  /// once.
  void published();
  /// From now on nothing is accepted, and clients are told that reception is over. Returns when it
  /// is so, after a second at most.
  void end_reception();
  /// From now on nothing is received; clients are told what is durable, and nothing else, so that
  /// they wait for another server. Returns when it is so, after a second at most.
  void fall_silent();
  /// Waits until every client has said its End and was answered, or `at_most` has passed; tells the
  /// others that reception is over unless it has fallen silent, and ends the thread.
  void stop(Duration at_most);
  wire::AggregatorCounters counters() const;

 private:
  std::optional<std::vector<double>> parameters(std::uint64_t sim) override;
  void connected(std::uint64_t sim, std::uint64_t attempt) override;
  void accepted(SampleId id) override;
  void completed(std::uint64_t sim) override;
  void refused(std::uint64_t sim, const std::string& reason) override;
  void lost(std::uint64_t sim, std::uint64_t attempt) override;
  void lacking(std::uint64_t sim, std::uint64_t attempt, std::uint64_t step) override;
  void stalled(std::uint64_t sim, std::uint64_t attempt) override;
  void other(const wire::Peer& peer, const wire::Message& message) override;

  void run();
  void serve(Time now);
  void send(const std::vector<Outgoing>& out);
  void tell(RankEvent::Kind kind, std::uint64_t sim = 0, std::uint64_t value = 0);
  void take_orders();
  void say_durable();
  void listen(Time now);
  void wait();
  void wait_until_ended();
  void fail(const std::string& reason);

  const wire::AggregatorSettings settings_;
  std::unique_ptr<wire::ServerChannel> channel_;
  const Design* design_;
  Controller* controller_;
  std::shared_ptr<spdlog::logger> log_;
  SystemClock clock_;

  // The aggregator thread's alone.
  wire::AggregatorSession session_;
  std::uint64_t unique_ = 0;

  std::atomic<bool> over_{false}, silent_{false}, published_{false};
  std::atomic<Time> deadline_{Time::max()};  ///< the thread ends then, or as soon after stop() as
                                             ///< nobody waits for an answer

  mutable std::mutex mutex_;
  std::condition_variable ended_;
  // Guarded by mutex_.
  std::vector<std::int64_t> events_;
  std::uint64_t unique_seen_ = 0, unique_told_ = 0;
  std::vector<Attempt> fences_;  ///< for the session
  bool has_ended_ = false;       ///< reception
  wire::AggregatorCounters counters_;

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace weir
