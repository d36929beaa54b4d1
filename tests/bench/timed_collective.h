#pragma once
// A collective that knows how long it was waited for.

#include <span>
#include <vector>

#include "server/collective/collective.h"
#include "src/core/clock.h"

namespace weir::bench {

class TimedCollective final : public Collective {
 public:
  explicit TimedCollective(Collective& inner) : inner_(inner) {}  ///< outlives this

  std::size_t rank() const override { return inner_.rank(); }
  std::size_t ranks() const override { return inner_.ranks(); }
  std::size_t local_rank() const override { return inner_.local_rank(); }
  void sum(std::span<std::int64_t> values) override {
    timed(words_, [&] { inner_.sum(values); });
  }
  void sum(std::span<double> values) override { inner_.sum(values); }
  void sum(std::span<float> values) override {
    timed(sums_, [&] { inner_.sum(values); });
  }
  void broadcast(std::span<float> values) override { inner_.broadcast(values); }
  std::vector<std::int64_t> gather(std::span<const std::int64_t> values) override {
    return inner_.gather(values);
  }

  double seconds_in_sums() const { return sums_; }    ///< of gradients
  double seconds_in_words() const { return words_; }  ///< of the control word that opens a round

 private:
  static void timed(double& seconds, auto&& call) {
    const Time start = std::chrono::steady_clock::now();
    call();
    seconds += Seconds(std::chrono::steady_clock::now() - start).count();
  }

  Collective& inner_;
  double sums_ = 0, words_ = 0;
};

}  // namespace weir::bench
