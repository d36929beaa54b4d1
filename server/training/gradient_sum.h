#pragma once
// The sum of the gradients of all ranks, begun while backward still computes some of them.

#include <cstddef>
#include <memory>
#include <vector>

#include <torch/torch.h>

#include "server/collective/collective.h"
#include "server/collective/device_sum.h"
#include "server/tensors/side_stream.h"
#include "server/training/flat_gradients.h"

namespace weir {

/// Divides the buffer of gradients into buckets, from its end, as backward goes: each is summed as
/// soon as it and those before it are complete, on a GPU in a stream beside backward's (Li et al.,
/// 2020, "PyTorch Distributed", section 3.2.3). On all ranks in the same order, whatever each of
/// them has drawn. Used by the trainer's thread, and by LibTorch's while that is in backward().
class GradientSum {
 public:
  /// 25 MiB: what PyTorch takes, of which a link of some 100 GB/s has its full rate.
  static constexpr std::size_t bucket_values = std::size_t{25} << 18;

  /// `gradients` and `collective` outlive it; `device_sum` is for gradients on a GPU, null for
  /// those on the CPU. `early`: before backward is over; else all are summed in one call. `bucket`:
  /// values of a bucket, at least, but for the last.
  GradientSum(FlatGradients& gradients, Collective& collective,
              std::unique_ptr<DeviceSum> device_sum, bool early,
              std::size_t bucket = bucket_values);
  ~GradientSum();
  GradientSum(const GradientSum&) = delete;
  GradientSum& operator=(const GradientSum&) = delete;

  /// The next backward pass is the last of its step; what it throws may be an error of a sum. A
  /// rank that has none does not call it.
  void begin();
  /// All gradients and the loss are there: sums the rest. LibTorch's stream goes on when all is
  /// summed. Collective. Errors: Collective's, DeviceSum's.
  void finish();
  /// Ends what waits for other ranks; nothing is summed any more.
  void abandon();

 private:
  struct Bucket {
    std::size_t first = 0, count = 0;  ///< in the buffer
    std::size_t parameters = 0, missing = 0;
  };
  struct Hook;

  void divide(std::size_t bucket);
  void listen();
  void complete(std::size_t parameter);
  void sum(const Bucket& bucket, bool beside);

  FlatGradients& gradients_;
  Collective& collective_;
  const std::unique_ptr<DeviceSum> device_sum_;
  SideStream stream_;
  std::vector<Bucket> buckets_;
  std::vector<std::size_t> bucket_of_;  ///< a parameter
  std::vector<Hook> hooks_;
  bool open_ = false;
  std::size_t next_ = 0;  ///< to be summed
};

}  // namespace weir
