#include "server/training/shared_buffers.h"

#include <cstring>

#include "server/tensors/device.h"
#include "src/core/planted_bug.h"

namespace weir {
namespace {

/// As a whole number of floats.
std::size_t room_for(const torch::Tensor& tensor) {
  return (tensor.nbytes() + sizeof(float) - 1) / sizeof(float);
}

}  // namespace

SharedBuffers::SharedBuffers(const Model& model) {
  if (!model.changes_buffers()) return;
  std::size_t room = 0;
  for (const auto& buffer : model.buffers()) {
    buffers_.push_back(buffer);
    room += room_for(buffer);
  }
  bytes_.resize(room);
}

void SharedBuffers::broadcast(Collective& collective) {
  if (buffers_.empty() || collective.ranks() == 1 || WEIR_BUG("buffers_not_shared")) return;
  // As bytes, since some are of other types; by way of the host, where a GPU has them.
  float* next = bytes_.data();
  for (const auto& buffer : buffers_) {
    std::memcpy(next, on_host(buffer).data_ptr(), buffer.nbytes());
    next += room_for(buffer);
  }
  collective.broadcast(bytes_);
  next = bytes_.data();
  for (auto& buffer : buffers_) {
    buffer.copy_(torch::from_blob(next, buffer.sizes(), buffer.scalar_type()));
    next += room_for(buffer);
  }
}

}  // namespace weir
