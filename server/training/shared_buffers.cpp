#include "server/training/shared_buffers.h"

#include <cstring>

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
  float* next = bytes_.data();
  for (const auto& buffer : buffers_) {
    std::memcpy(next, buffer.data_ptr(), buffer.nbytes());
    next += room_for(buffer);
  }
  collective.broadcast(bytes_);
  next = bytes_.data();
  for (const auto& buffer : buffers_) {
    std::memcpy(buffer.data_ptr(), next, buffer.nbytes());
    next += room_for(buffer);
  }
}

}  // namespace weir
