#include "server/training/batch_pass.h"

#include "server/models/checked_forward.h"
#include "server/training/autocast.h"

namespace weir {
namespace {

/// Into memory that stays.
void bring(const torch::Tensor& from, torch::Tensor& to) {
  if (!from.defined()) return;
  if (!to.defined()) to = torch::empty_like(from, at::MemoryFormat::Contiguous);
  to.copy_(from);
}

}  // namespace

BatchPass::BatchPass(const Study& study, Model& model, const Loss& loss, FlatGradients& gradients,
                     const torch::Device& device, std::int64_t outputs, std::size_t total)
    : study_(study),
      model_(model),
      loss_(loss),
      gradients_(gradients),
      device_(device),
      outputs_(outputs),
      total_(total) {
  if (study.training.cuda_graphs) recorded_.emplace(device);
}

torch::Tensor BatchPass::run(const BatchTensors& batch, std::size_t total, double scale) {
  return is_whole(batch, total) ? run_recorded(batch) : pass(batch, total, scale);
}

/// Of the size that nearly all have, which alone is recorded.
bool BatchPass::is_whole(const BatchTensors& batch, std::size_t total) const {
  return recorded_ && total == total_ &&
         batch.inputs.size(0) == static_cast<std::int64_t>(study_.training.batch);
}

/// The study's check has seen to it that one pass is a step, and that the loss is not scaled.
torch::Tensor BatchPass::run_recorded(const BatchTensors& batch) {
  auto& [own, losses, graph] = *recorded_;
  bring(batch.inputs, own.inputs);
  bring(batch.state, own.state);
  bring(batch.targets, own.targets);
  graph.run([&] { losses = pass(own, total_, /*scale=*/1); });
  gradients_.adopt();
  return losses.clone();
}

torch::Tensor BatchPass::pass(const BatchTensors& batch, std::size_t total, double scale) {
  torch::Tensor outputs;
  {
    const AutocastScope precision(study_.training.precision, device_);
    outputs = checked_forward(model_, batch.inputs, batch.state, outputs_);
  }
  const auto losses = loss_(outputs, batch.targets);
  const auto loss = losses.sum() / static_cast<double>(total);
  (scale == 1 ? loss : loss * scale).backward();
  gradients_.collect();
  gradients_.add_loss(loss.detach());
  return losses.detach();
}

}  // namespace weir
