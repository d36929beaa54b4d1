#include "server/training/kept_rows.h"

#include <algorithm>
#include <string>

#include "server/tensors/device_memory.h"
#include "src/core/error.h"

namespace weir {
namespace {

constexpr SampleId no_sample{.sim = ~std::uint64_t{0}, .step = ~std::uint64_t{0}};

std::string mib(std::size_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

torch::Tensor room_for(const torch::Device& device, std::size_t capacity, std::size_t width,
                       std::size_t spoken_for) {
  const std::size_t row = width * sizeof(float), free = free_memory(device);
  const std::size_t left = free - std::min(spoken_for, free);
  if (left / row < capacity)
    throw Error(ErrorKind::environment,
                "/buffer/memory is \"device\", and " + std::to_string(capacity) +
                    " samples (/buffer/capacity) take " + mib(capacity * row) + " of " +
                    device.str() + ", which has " + mib(left) +
                    " left beside what the training needs; a capacity of " +
                    std::to_string(left / row) + " would fit, or \"memory\": \"host\"");
  return torch::empty({static_cast<std::int64_t>(capacity), static_cast<std::int64_t>(width)},
                      torch::TensorOptions().dtype(torch::kFloat32).device(device));
}

}  // namespace

KeptRows::KeptRows(const torch::Device& device, std::size_t capacity, std::size_t width,
                   std::size_t spoken_for, SideStream& stream)
    : stream_(stream),
      rows_(room_for(device, capacity, width, spoken_for)),
      ids_(capacity, no_sample) {}

bool KeptRows::holds(Slot slot, SampleId id) {
  if (ids_[slot] == id) return true;
  ids_[slot] = id;
  return false;
}

void KeptRows::keep(Slot slot, std::size_t offset, std::span<const float> values) {
  const auto width = static_cast<std::size_t>(rows_.size(1));
  stream_.copy(values, rows_.data_ptr<float>() + slot * width + offset);
}

torch::Tensor KeptRows::gather(const torch::Tensor& slots, std::size_t offset, std::size_t width,
                               const FieldScales& scales) const {
  const auto from =
      rows_.narrow(1, static_cast<std::int64_t>(offset), static_cast<std::int64_t>(width));
  auto values = from.index_select(0, slots);
  std::int64_t next = 0;
  for (const auto& scale : scales) {
    const auto size = static_cast<std::int64_t>(scale.size);
    values.narrow(1, next, size).sub_(scale.mean).mul_(scale.scale);
    next += size;
  }
  return values;
}

}  // namespace weir
