#pragma once
// Ranks as threads of one process, so that what several ranks agree on can be tested without MPI.

#include <algorithm>
#include <barrier>
#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "server/collective/collective.h"

namespace weir::test {

/// What the ranks share: a place each for what it brings.
struct Meeting {
  explicit Meeting(std::size_t ranks)
      : barrier(static_cast<std::ptrdiff_t>(ranks)), words(ranks), floats(ranks), doubles(ranks) {}
  std::barrier<> barrier;
  std::vector<std::vector<std::int64_t>> words;
  std::vector<std::vector<float>> floats;
  std::vector<std::vector<double>> doubles;
};

class ThreadCollective final : public Collective {
 public:
  ThreadCollective(Meeting& meeting, std::size_t rank) : meeting_(meeting), rank_(rank) {}
  std::size_t rank() const override { return rank_; }
  std::size_t ranks() const override { return meeting_.words.size(); }
  std::size_t local_rank() const override { return rank_; }
  void sum(std::span<std::int64_t> values) override { sum(meeting_.words, values); }
  void sum(std::span<double> values) override { sum(meeting_.doubles, values); }
  void sum(std::span<float> values) override { sum(meeting_.floats, values); }
  void broadcast(std::span<float> values) override {
    bring(meeting_.floats, values);
    std::copy(meeting_.floats[0].begin(), meeting_.floats[0].end(), values.begin());
    meeting_.barrier.arrive_and_wait();
  }
  std::vector<std::int64_t> gather(std::span<const std::int64_t> values) override {
    bring(meeting_.words, values);
    std::vector<std::int64_t> all;
    for (const auto& own : meeting_.words) all.insert(all.end(), own.begin(), own.end());
    meeting_.barrier.arrive_and_wait();
    return all;
  }

 private:
  template <typename T, typename Span>
  void bring(std::vector<std::vector<T>>& places, Span values) {
    places[rank_].assign(values.begin(), values.end());
    meeting_.barrier.arrive_and_wait();
  }
  template <typename T>
  void sum(std::vector<std::vector<T>>& places, std::span<T> values) {
    bring(places, values);
    std::fill(values.begin(), values.end(), T{0});
    for (const auto& own : places) {
      for (std::size_t k = 0; k < values.size(); ++k) values[k] += own[k];
    }
    meeting_.barrier.arrive_and_wait();
  }

  Meeting& meeting_;
  std::size_t rank_;
};

/// Runs `rank_main` once a rank and waits for all. It must not throw.
inline void on_ranks(std::size_t ranks, const std::function<void(Collective&)>& rank_main) {
  Meeting meeting(ranks);
  std::vector<std::jthread> threads;
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    threads.emplace_back([&, rank] {
      ThreadCollective collective(meeting, rank);
      rank_main(collective);
    });
  }
}

}  // namespace weir::test
