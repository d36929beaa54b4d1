#pragma once
// The stream of samples as a data set of torch::data.

#include <cstddef>
#include <stdexcept>

#include <torch/torch.h>

#include "weir/server/sample_stream.h"

namespace weir {

/// For torch::data::make_data_loader(SampleDataSet(stream), options) with `batch_size` as the
/// study's /training/batch and no workers: the stream is drawn from the thread that runs the loop.
/// An element is a SampleBatch, whole; the iteration ends when the stream does. There is one
/// epoch. The stream outlives it.
class SampleDataSet final
    : public torch::data::datasets::StatefulDataset<SampleDataSet, SampleBatch, std::size_t> {
 public:
  SampleDataSet(SampleStream& stream, std::size_t batch) : stream_(&stream), batch_(batch) {}

  /// Throws std::invalid_argument when the loader asks for batches of another size.
  c10::optional<SampleBatch> get_batch(std::size_t size) override {
    if (size != batch_) {
      throw std::invalid_argument("the data loader's batch_size is " + std::to_string(size) +
                                  ", /training/batch of the study is " + std::to_string(batch_) +
                                  "; give the loader that one");
    }
    auto batch = stream_->next();
    if (!batch) return c10::nullopt;
    return std::move(*batch);
  }
  c10::optional<std::size_t> size() const override { return c10::nullopt; }
  /// The stream goes on where it is.
  void reset() override {}
  /// A stream is in weir's checkpoints, not in archives: both throw std::logic_error.
  void save(torch::serialize::OutputArchive&) const override { refuse(); }
  void load(torch::serialize::InputArchive&) override { refuse(); }

 private:
  [[noreturn]] static void refuse() {
    throw std::logic_error("a stream of samples is saved in weir's checkpoints, not in an archive");
  }

  SampleStream* stream_;
  std::size_t batch_;
};

}  // namespace weir
