#include "server/training/batch_assembly.h"

#include <algorithm>
#include <utility>

#include "server/tensors/batch_rows.h"
#include "server/tensors/device.h"
#include "src/study/samples.h"

namespace weir {
namespace {

torch::Tensor rows_for(const torch::Device& device, std::size_t samples, std::size_t width) {
  return zeros_for(device, {static_cast<std::int64_t>(samples), static_cast<std::int64_t>(width)});
}

bool keeps_rows(const Study& study, const torch::Device& device) {
  return study.buffer.memory == BufferMemory::device && !device.is_cpu();
}

}  // namespace

bool prefetches(const TrainingSettings& training, const torch::Device& device) {
  if (training.prefetch == Prefetch::automatic) return !device.is_cpu();
  return training.prefetch == Prefetch::on;
}

BatchAssembly::BatchAssembly(const Study& study, const Normalisation& normalisation,
                             const torch::Device& device,
                             const std::vector<std::span<float>>& memory,
                             std::unique_ptr<Transform> transform, std::size_t spoken_for)
    : study_(study),
      normalisation_(normalisation),
      device_(device),
      transform_(std::move(transform)),
      outputs_(static_cast<std::int64_t>(normalisation.outputs())),
      stream_(device) {
  if (keeps_rows(study, device) && !memory.empty()) {
    // First: where it does not fit, pinning the host's would have been for nothing.
    kept_.emplace(device, study.buffer.capacity,
                  steps_of_sample(study) * study.simulation.sample_size(), spoken_for, stream_);
    for (const auto& rows : memory) pinned_.emplace_back(device, rows);
    batch_.keeper = &*kept_;
  }
  rows_.push_back(host_rows());
  if (prefetches(study.training, device)) rows_.push_back(host_rows());
}

BatchAssembly::HostRows BatchAssembly::host_rows() const {
  const std::size_t samples = samples_of_a_step(study_.training);
  HostRows rows;
  if (kept_) rows.slots = zeros_for(device_, {static_cast<std::int64_t>(samples)}, torch::kInt64);
  rows.inputs = rows_for(device_, samples, normalisation_.inputs());
  if (kept_) return rows;
  rows.targets = rows_for(device_, samples, normalisation_.outputs());
  if (lead_of(study_) > 0) rows.states = rows_for(device_, samples, normalisation_.outputs());
  return rows;
}

SampleBatch BatchAssembly::draw(const Agreed& agreed, SampleSource& source, std::size_t number) {
  HostRows& rows = rows_[draws_++ % rows_.size()];
  batch_.ids.clear();
  batch_.number = number;
  batch_.targets = kept_ ? nullptr : rows.targets.data_ptr<float>();
  batch_.states = rows.states.defined() ? rows.states.data_ptr<float>() : nullptr;
  set_scales(normalisation_, batch_.scales);
  if (agreed.draw > 0) source.draw(agreed.draw, batch_);
  SampleBatch samples;
  samples.total = agreed.total;
  fill(samples, rows);
  for (const auto& id : batch_.ids) samples.names.push_back({id.sim, id.step});
  if (transform_ && !batch_.ids.empty()) (*transform_)(samples);
  return samples;
}

void BatchAssembly::fill(SampleBatch& samples, const HostRows& rows) {
  const auto count = static_cast<std::int64_t>(batch_.ids.size());
  if (count == 0) return fill_none(samples);
  const auto first = [count](const torch::Tensor& all) {
    return all.defined() ? all.narrow(0, 0, count) : all;
  };
  samples.inputs = first(rows.inputs);
  samples.targets = first(rows.targets);
  samples.state = first(rows.states);
  normalise_inputs(normalisation_, batch_.times, batch_.parameters, values_of(samples.inputs));
  {
    const SideStream::Scope beside(stream_);
    samples.inputs = on(device_, samples.inputs);
    samples.targets = on(device_, samples.targets);
    samples.state = on(device_, samples.state);
  }
  if (kept_) gather(samples, first(rows.slots));
  stream_.join({samples.inputs, samples.targets, samples.state});
}

/// A loop of a plug-in's takes part with no samples, on the device of the others.
void BatchAssembly::fill_none(SampleBatch& samples) const {
  const auto none = [&](std::int64_t width) {
    return torch::empty({0, width}, torch::TensorOptions().device(device_));
  };
  samples.inputs = none(static_cast<std::int64_t>(normalisation_.inputs()));
  samples.targets = none(outputs_);
  if (lead_of(study_) > 0) samples.state = none(outputs_);
}

void BatchAssembly::gather(SampleBatch& samples, const torch::Tensor& host_slots) {
  std::copy(batch_.slots.begin(), batch_.slots.end(), host_slots.data_ptr<std::int64_t>());
  const SideStream::Scope beside(stream_);
  const auto slots = on(device_, host_slots);
  const auto size = static_cast<std::size_t>(outputs_);
  samples.targets = kept_->gather(slots, 0, size, batch_.scales);
  if (lead_of(study_) > 0) samples.state = kept_->gather(slots, size, size, batch_.scales);
}

}  // namespace weir
