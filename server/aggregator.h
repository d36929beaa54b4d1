#pragma once
// The aggregator: the thread of a server rank that receives, and the only one to touch its sockets.

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <spdlog/logger.h>

#include "server/control/controller.h"
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
  void start();
  /// Thread-safe: room has come, or something is to be said.
  void wake();
  /// What rank 0 has to learn, as RankEvent words, since the last call.
  std::vector<std::int64_t> take_events();
  /// From now on clients are told that reception is over. Returns at once.
  void end_reception();
  /// Waits until every client has said its End and was answered, or `at_most` has passed; tells the
  /// others that reception is over, and ends the thread.
  void stop(Duration at_most);
  wire::AggregatorCounters counters() const;

 private:
  std::optional<std::vector<double>> parameters(std::uint64_t sim) override;
  void connected(std::uint64_t sim, std::uint64_t attempt) override;
  void accepted(SampleId id) override;
  void completed(std::uint64_t sim) override;
  void refused(std::uint64_t sim, const std::string& reason) override;
  void lost(std::uint64_t sim, std::uint64_t attempt) override;
  void other(const wire::Peer& peer, const wire::Message& message) override;

  void run();
  void serve(Time now);
  void send(const std::vector<Outgoing>& out);
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

  std::atomic<bool> over_{false};
  std::atomic<Time> deadline_{Time::max()};  ///< the thread ends then, or as soon after stop() as
                                             ///< nobody waits for an answer

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::vector<std::int64_t> events_;
  std::uint64_t unique_seen_ = 0, unique_told_ = 0;
  wire::AggregatorCounters counters_;

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace weir
