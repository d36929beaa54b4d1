// For a LibTorch with CUDA, where training may still be on the CPU.

#include <cstring>

#include <ATen/cuda/CUDAEvent.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <cuda_runtime_api.h>

#include "server/tensors/side_stream.h"

namespace weir {

struct SideStream::Stream {
  c10::cuda::CUDAStream cuda;
  at::cuda::CUDAEvent joined{}, reached{};
};

struct SideStream::Scope::Guard {
  c10::cuda::CUDAStreamGuard cuda;
};

SideStream::SideStream(const torch::Device& device)
    : stream_(device.is_cuda() ? new Stream{c10::cuda::getStreamFromPool(
                                     /*isHighPriority=*/false, device.index())}
                               : nullptr) {}

SideStream::~SideStream() = default;

SideStream::Scope::Scope(const SideStream& stream)
    : guard_(stream.stream_ ? new Guard{c10::cuda::CUDAStreamGuard(stream.stream_->cuda)}
                            : nullptr) {}

SideStream::Scope::~Scope() = default;

void SideStream::copy(std::span<const float> from, float* to) {
  if (!stream_) {
    std::memcpy(to, from.data(), from.size_bytes());
    return;
  }
  C10_CUDA_CHECK(cudaMemcpyAsync(to, from.data(), from.size_bytes(), cudaMemcpyHostToDevice,
                                 stream_->cuda.stream()));
}

void SideStream::follow() {
  if (!stream_) return;
  stream_->reached.record(c10::cuda::getCurrentCUDAStream(stream_->cuda.device_index()));
  stream_->reached.block(stream_->cuda);
}

void* SideStream::handle() const { return stream_ ? stream_->cuda.stream() : nullptr; }

void SideStream::wait() {
  if (stream_) stream_->cuda.synchronize();
}

void SideStream::join(const std::vector<torch::Tensor>& results) {
  if (!stream_) return;
  const auto own = c10::cuda::getCurrentCUDAStream(stream_->cuda.device_index());
  stream_->joined.record(stream_->cuda);
  stream_->joined.block(own);
  // Else their memory could be given away here while it is read there.
  for (const auto& tensor : results)
    if (tensor.defined()) tensor.record_stream(own);
}

}  // namespace weir
