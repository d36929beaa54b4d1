#pragma once
// An exponential moving average of the weights, which is validated and exported in their place.

#include <cstddef>
#include <vector>

#include <torch/torch.h>

namespace weir {

/// After n updates: Σ (1 − d) d^(n−i) w_i / (1 − d^n), i = 1 … n, with the decay d: the weights
/// before the first one do not count (Kingma and Ba, 2015, "Adam", section 7.2). A function of the
/// weights alone, so it is the same on all ranks. Without one (d = 0) it holds nothing.
class WeightAverage {
 public:
  WeightAverage(double decay, std::vector<torch::Tensor> weights);

  /// `updates`: of the weights so far, this one included.
  void add(std::size_t updates);
  /// One a weight, in its shape; empty without an average.
  const std::vector<torch::Tensor>& tensors() const { return averages_; }

 private:
  friend class AveragedWeights;
  double decay_;
  std::vector<torch::Tensor> weights_, averages_;
};

/// While it lives, the averages stand in the weights' place.
class AveragedWeights {
 public:
  /// `updates` 0: nothing has been averaged, so the weights stay.
  AveragedWeights(const WeightAverage& average, std::size_t updates);
  ~AveragedWeights();
  AveragedWeights(const AveragedWeights&) = delete;
  AveragedWeights& operator=(const AveragedWeights&) = delete;

 private:
  std::vector<torch::Tensor> weights_, originals_;
};

}  // namespace weir
