// For a LibTorch without CUDA.

#include <cstring>

#include "server/tensors/side_stream.h"

namespace weir {

struct SideStream::Stream {};
struct SideStream::Scope::Guard {};

SideStream::SideStream(const torch::Device&) {}
SideStream::~SideStream() = default;
SideStream::Scope::Scope(const SideStream&) {}
SideStream::Scope::~Scope() = default;

void SideStream::copy(std::span<const float> from, float* to) {
  std::memcpy(to, from.data(), from.size_bytes());
}

void SideStream::follow() {}
void* SideStream::handle() const { return nullptr; }
void SideStream::wait() {}
void SideStream::join(const std::vector<torch::Tensor>&) {}

}  // namespace weir
