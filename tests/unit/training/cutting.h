#pragma once
// Cuts of a training at chosen batches, and whether two states are the same.

#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "server/checkpoint/training_state.h"
#include "server/training/round.h"

namespace weir::test {

/// Asks for a cut before each step that is listed, and keeps the states.
class CuttingParticipant final : public RoundParticipant {
 public:
  CuttingParticipant(bool first, std::vector<std::size_t> cuts, std::size_t give_up = 1000)
      : first_(first), cuts_(std::move(cuts)), give_up_(give_up) {}
  std::vector<TrainingState> states;

  RoundInput before_round() override {
    RoundInput input;
    input.cut = first_ && asked_ < cuts_.size() && steps_ == cuts_[asked_];
    input.stop = ++rounds_ > give_up_;
    return input;
  }
  void after_round(const Agreed& agreed) override {
    steps_ += agreed.step;
    asked_ += agreed.cut;
  }
  void cut(TrainingState state) override { states.push_back(std::move(state)); }

 private:
  bool first_;
  std::vector<std::size_t> cuts_;
  std::size_t give_up_;  ///< rounds
  std::size_t steps_ = 0, asked_ = 0, rounds_ = 0;
};

inline void expect_same(const TrainingState& state, const TrainingState& reference) {
  EXPECT_EQ(state.batch, reference.batch);
  EXPECT_EQ(state.scalars, reference.scalars);
  ASSERT_EQ(state.tensors.size(), reference.tensors.size());
  for (std::size_t k = 0; k < state.tensors.size(); ++k) {
    EXPECT_EQ(state.tensors[k].name, reference.tensors[k].name);
    EXPECT_TRUE(state.tensors[k].bytes == reference.tensors[k].bytes) << state.tensors[k].name;
  }
}

}  // namespace weir::test
