#pragma once
// Ranks that all compute the same, of which only one is there.

#include <cstddef>
#include <functional>
#include <vector>

#include "server/collective/collective.h"

namespace weir::test {

/// A sum of floats is that of two ranks: it doubles. Notes how many values each takes.
class TwinCollective final : public Collective {
 public:
  explicit TwinCollective(std::size_t ranks = 2) : ranks_(ranks) {}
  std::size_t rank() const override { return 0; }
  std::size_t ranks() const override { return ranks_; }
  std::size_t local_rank() const override { return 0; }
  void sum(std::span<std::int64_t>) override {}
  void sum(std::span<double>) override {}
  void sum(std::span<float> values) override {
    sizes.push_back(values.size());
    before_sum();
    for (float& value : values) value *= 2;
  }
  void broadcast(std::span<float>) override {}
  std::vector<std::int64_t> gather(std::span<const std::int64_t> values) override {
    return {values.begin(), values.end()};
  }

  std::vector<std::size_t> sizes;
  std::function<void()> before_sum = [] {};

 private:
  const std::size_t ranks_;
};

}  // namespace weir::test
