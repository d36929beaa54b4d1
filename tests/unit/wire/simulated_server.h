#pragma once
// One epoch of a simulated server: its ranks, each with a sink that knows what it accepted.

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "src/core/random.h"
#include "src/wire/aggregator_session.h"
#include "src/wire/memory_channel.h"
#include "tests/unit/wire/simulated_plan.h"
#include "tests/unit/wire/wire_fakes.h"

namespace weir::wire::test {

/// The ledgers of all ranks, at one moment.
using Cut = std::vector<std::set<SampleId>>;

class SimulatedRank {
 public:
  SimulatedRank(const Plan& plan, std::size_t rank, std::uint64_t epoch, MemoryNetwork& network,
                const std::set<SampleId>& ledger)
      : sink(plan.fields, plan.steps, plan.room, rank, plan.ranks),
        restored(ledger),
        channel(network.bind()),
        session(settings(plan, rank, epoch), sink, events,
                [this](const Peer& peer, Frame frame) { channel->send(peer, std::move(frame)); }) {
    sink.ledger = sink.published = restored;
  }

  /// False when nothing came.
  bool run(Time now, Random& random) {
    sink.pinned = random.below(4) == 0;
    bool heard = false;
    while (const auto received = channel->try_receive()) {
      session.receive(received->peer(), received->bytes(), now);
      heard = true;
    }
    session.tick(now);
    if (random.below(3) != 0) sink.consume();
    return heard;
  }

  FakeSink sink;
  RecordedEvents events;
  const std::set<SampleId> restored;  ///< accepted by former epochs
  std::unique_ptr<ServerChannel> channel;
  AggregatorSession session;

 private:
  static AggregatorSettings settings(const Plan& plan, std::size_t rank, std::uint64_t epoch) {
    AggregatorSettings settings;
    settings.rank = rank;
    settings.ranks = plan.ranks;
    settings.epoch = epoch;
    settings.steps = plan.steps;
    settings.field_sizes = plan.fields;
    settings.inflight_bytes = plan.budget;
    settings.liveness = std::chrono::seconds(20);
    return settings;
  }
};

class SimulatedServer {
 public:
  SimulatedServer(const Plan& plan, std::uint64_t epoch, MemoryNetwork& network, const Cut& cut)
      : epoch_(epoch) {
    for (std::size_t rank = 0; rank < plan.ranks; ++rank) {
      ranks_.push_back(std::make_unique<SimulatedRank>(plan, rank, epoch, network, cut.at(rank)));
    }
  }

  bool run(Time now, Random& random) {
    bool heard = false;
    for (const auto& rank : ranks_) heard = rank->run(now, random) || heard;
    return heard;
  }
  std::uint64_t epoch() const { return epoch_; }
  const std::vector<std::unique_ptr<SimulatedRank>>& ranks() const { return ranks_; }
  std::vector<std::string> endpoints() const {
    std::vector<std::string> all;
    for (const auto& rank : ranks_) all.push_back(rank->channel->endpoint());
    return all;
  }
  bool complete(std::uint64_t sim) const {
    return std::all_of(ranks_.begin(), ranks_.end(),
                       [&](const auto& rank) { return rank->sink.complete(sim); });
  }
  Cut cut() const {
    Cut cut;
    for (const auto& rank : ranks_) cut.push_back(rank->sink.ledger);
    return cut;
  }
  void publish(const Cut& cut) {
    for (std::size_t rank = 0; rank < ranks_.size(); ++rank) {
      ranks_[rank]->sink.published = cut[rank];
      ranks_[rank]->session.published();
    }
  }
  void fence(std::uint64_t sim, std::uint64_t lowest_attempt) {
    for (const auto& rank : ranks_) rank->session.fence(sim, lowest_attempt);
  }

 private:
  const std::uint64_t epoch_;
  std::vector<std::unique_ptr<SimulatedRank>> ranks_;
};

}  // namespace weir::wire::test
