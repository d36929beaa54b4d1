// One pass over the memory, as on the CPU; neighbours of a warp touch neighbours of the memory.

#include <algorithm>
#include <string>

#include "server/training/update_on_gpu.h"
#include "server/training/update_value.h"
#include "src/core/error.h"

namespace weir {
namespace {

constexpr std::size_t threads = 256;
// Enough to hide the memory's latency on each GPU, and each with some values to go on with.
constexpr std::size_t most_blocks = 8192;

__global__ void adam_kernel(AdamStep step, float* __restrict__ weights,
                            const float* __restrict__ gradients, float* __restrict__ mean,
                            float* __restrict__ square, std::size_t count) {
  const std::size_t stride = static_cast<std::size_t>(gridDim.x) * blockDim.x;
  for (std::size_t k = blockIdx.x * static_cast<std::size_t>(blockDim.x) + threadIdx.x; k < count;
       k += stride)
    update(step, weights[k], gradients[k], mean[k], square[k]);
}

__global__ void sgd_kernel(SgdStep step, float* __restrict__ weights,
                           const float* __restrict__ gradients, float* __restrict__ velocity,
                           std::size_t count) {
  const std::size_t stride = static_cast<std::size_t>(gridDim.x) * blockDim.x;
  for (std::size_t k = blockIdx.x * static_cast<std::size_t>(blockDim.x) + threadIdx.x; k < count;
       k += stride)
    update(step, weights[k], gradients[k], velocity == nullptr ? nullptr : velocity + k);
}

__global__ void squares_kernel(const float* __restrict__ values, std::size_t count,
                               double* __restrict__ sums) {
  __shared__ double shared[threads];
  const std::size_t stride = static_cast<std::size_t>(gridDim.x) * blockDim.x;
  double sum = 0;
  for (std::size_t k = blockIdx.x * static_cast<std::size_t>(blockDim.x) + threadIdx.x; k < count;
       k += stride)
    sum += static_cast<double>(values[k]) * values[k];
  shared[threadIdx.x] = sum;
  for (std::size_t half = threads / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.x < half) shared[threadIdx.x] += shared[threadIdx.x + half];
  }
  if (threadIdx.x == 0) sums[blockIdx.x] = shared[0];
}

unsigned blocks_for(std::size_t count) {
  return static_cast<unsigned>(std::min((count + threads - 1) / threads, most_blocks));
}

void check_launch() {
  const cudaError_t error = cudaGetLastError();
  if (error == cudaSuccess) return;
  throw Error(ErrorKind::environment,
              std::string("the optimiser's step could not be started on the GPU: ") +
                  cudaGetErrorString(error));
}

}  // namespace

void adam_on_gpu(const AdamStep& step, float* weights, const float* gradients, float* mean,
                 float* square, std::size_t count, void* stream) {
  if (count == 0) return;
  adam_kernel<<<blocks_for(count), threads, 0, static_cast<cudaStream_t>(stream)>>>(
      step, weights, gradients, mean, square, count);
  check_launch();
}

void squares_on_gpu(const float* values, std::size_t count, double* sums, void* stream) {
  squares_kernel<<<parts_of_squares, threads, 0, static_cast<cudaStream_t>(stream)>>>(values, count,
                                                                                      sums);
  check_launch();
}

void sgd_on_gpu(const SgdStep& step, float* weights, const float* gradients, float* velocity,
                std::size_t count, void* stream) {
  if (count == 0) return;
  sgd_kernel<<<blocks_for(count), threads, 0, static_cast<cudaStream_t>(stream)>>>(
      step, weights, gradients, velocity, count);
  check_launch();
}

}  // namespace weir
