#pragma once
// The model of plan.h, event by event.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <queue>
#include <vector>

#include "src/plan/buffer_counts.h"
#include "src/plan/busiest_interval.h"
#include "src/plan/plan.h"

namespace weir {

/// One run of it; run() is called once. Not thread-safe.
class PlanEvents {
 public:
  /// `stride`: steps of a solver that are one event; `steps_at_once`: of a reservoir's training.
  /// Preconditions: `input` is valid, both are positive, stride ≤ window and ≤ inflight × ranks.
  PlanEvents(const PlanInput& input, std::uint64_t stride, std::uint64_t steps_at_once);
  /// All of the result but costs, needs and bound.
  PlanResult run();

 private:
  enum class What { computed, accepted, trained };
  struct Event {
    double time = 0;
    std::uint64_t order = 0;  ///< of events at the same time: as they were made
    What what = What::computed;
    std::size_t client = 0;
    std::uint64_t samples = 0;
    bool operator<(const Event& other) const {  // the earliest is the top of a priority queue
      return time != other.time ? time > other.time : order > other.order;
    }
  };
  struct Client {
    std::uint64_t computed = 0;  ///< steps of its simulation, with those that it works on
    std::uint64_t accepted = 0;
    std::uint64_t held = 0;     ///< in its window
    std::uint64_t blocked = 0;  ///< computed, and no room for them in the window
    double began = 0;           ///< its job
    double waits_since = 0;
  };
  struct Waiting {
    std::size_t client = 0;
    std::uint64_t samples = 0;
  };

  void start(std::size_t client);
  void compute(std::size_t client, double from);
  void hand_over(std::size_t client, std::uint64_t samples);
  void admit();
  void accept(const Event& event);
  void train();
  void push(double time, What what, std::size_t client = 0, std::uint64_t samples = 0);

  const PlanInput& input_;
  const std::uint64_t stride_, steps_at_once_;
  const std::uint64_t batch_, inflight_;        ///< of all ranks
  const double link_seconds_, ingest_seconds_;  ///< a sample
  std::priority_queue<Event> events_;
  std::uint64_t order_ = 0;
  double now_ = 0;
  std::vector<Client> clients_;
  std::uint64_t started_ = 0;    ///< simulations
  std::deque<Waiting> waiting_;  ///< in windows, without a slot
  std::uint64_t under_way_ = 0;  ///< samples with a slot, not accepted
  double link_free_ = 0, ingest_free_ = 0;
  BufferCounts buffer_;
  BusiestInterval arrivals_;
  bool training_ = false;
  double busy_ = 0, waited_ = 0, run_ = 0;  ///< seconds: of training; of all simulations
  PlanResult result_;
};

}  // namespace weir
