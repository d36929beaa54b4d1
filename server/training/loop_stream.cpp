#include "server/training/loop_stream.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "server/tensors/batch_rows.h"
#include "server/tensors/device.h"
#include "server/tensors/tensor_text.h"

namespace weir {

std::optional<SampleBatch> LoopStream::next() {
  if (!over_ && count_the_last()) {
    open_ = turns_.next_batch();
    if (open_) {
      auto batch = turns_.draw(*open_);
      samples_ = batch.names.size();
      told_ = false;
      loss_ = 0;
      return batch;
    }
  }
  over_ = true;
  return std::nullopt;
}

bool LoopStream::finish() {
  count_the_last();
  return over_;
}

bool LoopStream::count_the_last() {
  if (!open_) return true;
  const Agreed agreed = *std::exchange(open_, std::nullopt);
  if (samples_ > 0 && !told_)
    throw std::logic_error("it has not said what it learnt of a batch: SampleStream::learnt");
  collective_.sum(std::span<double>(&loss_, 1));
  return turns_.count(agreed, loss_ / static_cast<double>(agreed.total));
}

void LoopStream::learnt(const torch::Tensor& losses) {
  if (!open_ || told_) throw std::logic_error("learnt() is called once for each batch");
  const auto expected = static_cast<std::int64_t>(samples_);
  if (!losses.defined() || losses.dim() != 1 || losses.size(0) != expected ||
      losses.scalar_type() != torch::kFloat32)
    throw std::invalid_argument("learnt() was given " + described(losses) +
                                "; expected Float of shape [" + std::to_string(expected) +
                                "], one loss a sample");
  told_ = true;
  const auto values = on_host(losses.detach());
  loss_ = values.sum(torch::kFloat64).item<double>();
  turns_.learnt(values);
}

void LoopStream::sum(const torch::Tensor& values) {
  if (values.scalar_type() != torch::kFloat32 || !values.is_contiguous())
    throw std::invalid_argument("sum() was given " + described(values) +
                                "; expected a contiguous tensor of Float");
  const torch::NoGradGuard no_gradients;
  const auto host = on_host(values);
  collective_.sum(values_of(host));
  if (!values.is_cpu()) torch::Tensor(values).copy_(host);
}

void LoopStream::sum_gradients(const std::vector<torch::Tensor>& parameters) {
  gradients_.clear();
  for (const auto& parameter : parameters) {
    const auto size = static_cast<std::size_t>(parameter.numel());
    gradients_.resize(gradients_.size() + size);
    if (!parameter.grad().defined()) continue;
    const auto own = on_host(parameter.grad());
    std::memcpy(gradients_.data() + gradients_.size() - size, own.data_ptr<float>(),
                size * sizeof(float));
  }
  collective_.sum(std::span<float>(gradients_));
  const torch::NoGradGuard no_gradients;
  float* next = gradients_.data();
  for (auto parameter : parameters) {
    const auto sum = torch::from_blob(next, parameter.sizes(), torch::kFloat32);
    if (parameter.grad().defined())
      parameter.mutable_grad().copy_(sum);
    else
      parameter.mutable_grad() =
          sum.to(parameter.device(), sum.scalar_type(), /*non_blocking=*/false, /*copy=*/true);
    next += parameter.numel();
  }
}

}  // namespace weir
