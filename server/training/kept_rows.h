#pragma once
// Rows of the buffer in the memory of the device that trains: a sample that is drawn again crosses
// the bus once.

#include <cstddef>
#include <span>
#include <vector>

#include <torch/torch.h>

#include "server/samples/field_scales.h"
#include "server/samples/row_keeper.h"
#include "server/tensors/side_stream.h"

namespace weir {

/// A tensor [capacity, width] whose row s is that of slot s of the buffer, as it was when it was
/// last drawn; the buffer's own stays what checkpoints are written from. Used by one thread.
class KeptRows final : public RowKeeper {
 public:
  /// All that goes to the rows and comes from them goes through `stream`, which outlives it.
  /// `spoken_for`: bytes of the device's free memory that others will take. Error{environment}: the
  /// device has not so much memory left; it says how much is asked, how much there is, and what
  /// would fit.
  KeptRows(const torch::Device& device, std::size_t capacity, std::size_t width,
           std::size_t spoken_for, SideStream& stream);

  bool holds(Slot slot, SampleId id) override;
  void keep(Slot slot, std::size_t offset, std::span<const float> values) override;
  void settle() override { stream_.wait(); }

  /// [S, width], the values from `offset` on of the rows of these [S] slots (64 bits, on the
  /// device), scaled as copy_row() does. In LibTorch's stream of this thread, which shall be this
  /// one (SideStream::Scope). Precondition: they are kept.
  torch::Tensor gather(const torch::Tensor& slots, std::size_t offset, std::size_t width,
                       const FieldScales& scales) const;

 private:
  SideStream& stream_;
  torch::Tensor rows_;
  std::vector<SampleId> ids_;  ///< of the row of each slot; no_sample where there is none
};

}  // namespace weir
