#pragma once
// Work for a device beside that of the training: a batch is brought while a step runs.

#include <memory>
#include <span>
#include <vector>

#include <torch/torch.h>

namespace weir {

/// A stream of CUDA's besides LibTorch's own of this thread. On the CPU there is none: all is done
/// when a call returns. Used by one thread. Errors: c10::Error, CUDA's in its words.
class SideStream {
 public:
  explicit SideStream(const torch::Device& device);
  ~SideStream();
  SideStream(const SideStream&) = delete;
  SideStream& operator=(const SideStream&) = delete;

  /// While it lives, LibTorch's calls of this thread go to the side stream.
  class Scope {
   public:
    explicit Scope(const SideStream& stream);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    struct Guard;
    std::unique_ptr<Guard> guard_;
  };

  /// Queues a copy from the host's memory to the device's; `from` may be read until wait() returns.
  /// Fastest from pinned memory.
  void copy(std::span<const float> from, float* to);
  /// What is queued here from now on comes after all that LibTorch's own stream of the calling
  /// thread has to do already.
  void follow();
  void* handle() const;  ///< a cudaStream_t; null on the CPU
  /// The host waits for all that is queued.
  void wait();
  /// What LibTorch's own stream has to do from now on comes after all that is queued here.
  /// `results`: tensors that were made here and are used there.
  void join(const std::vector<torch::Tensor>& results);

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;  ///< null on the CPU
};

}  // namespace weir
