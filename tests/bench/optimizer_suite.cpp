#include <string>
#include <thread>
#include <vector>

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include "server/tensors/torch_setup.h"
#include "server/training/optimizer.h"
#include "tests/bench/in_turn.h"
#include "tests/bench/suite.h"

namespace weir::bench {
namespace {

/// What a step of Adam must read and write, seven times four bytes a value, with next to no
/// arithmetic.
void bare_pass(float* __restrict weights, const float* __restrict gradients, float* __restrict mean,
               float* __restrict square, std::int64_t count) {
  for (std::int64_t k = 0; k < count; ++k) {
    mean[k] += gradients[k];
    square[k] += gradients[k];
    weights[k] += gradients[k];
  }
}

/// The memory of one parameter of `count` values.
struct Memory {
  explicit Memory(std::int64_t count)
      : weights(torch::full({count}, 0.5F)), gradients(torch::full({count}, 1e-3F)) {}

  torch::Tensor weights, gradients;
};

void measure(Reporter& reporter, const Options& options, std::int64_t count, std::size_t runs) {
  const std::string name = "adam/" + std::to_string(count);
  if (!options.wants(name)) return;
  Memory memory(count);
  OptimizerSettings settings;
  settings.weight_decay = 1e-4;
  Optimizer optimizer(settings, {memory.weights});
  const auto* const gradients = memory.gradients.data_ptr<float>();
  const auto ours = [&] {
    return seconds_of([&] { optimizer.step(memory.gradients, /*learning_rate=*/1e-3); });
  };
  ours();  // makes its memory
  const auto places = optimizer.memory();
  const auto bare = [&] {
    return seconds_of([&] {
      at::parallel_for(0, count, 1 << 15, [&](std::int64_t begin, std::int64_t end) {
        bare_pass(memory.weights.data_ptr<float>() + begin, gradients + begin,
                  places[0].tensor.data_ptr<float>() + begin,
                  places[1].tensor.data_ptr<float>() + begin, end - begin);
      });
    });
  };
  const auto [value, reference] = in_turn(runs, ours, bare);
  reporter.report({name, value * 1e3, "ms", reference * 1e3});
}

}  // namespace

void optimizer_suite(Reporter& reporter, const Options& options) {
  set_up_torch(std::thread::hardware_concurrency());
  const std::vector<std::int64_t> counts =
      options.quick ? std::vector<std::int64_t>{100'000}
                    : std::vector<std::int64_t>{100'000, 2'640'000, 257'000'000};
  for (const auto count : counts) measure(reporter, options, count, options.quick ? 3 : 11);
}

}  // namespace weir::bench
