#pragma once
// Samples of an HDF5 data set, for the epochs of an offline training.

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "server/samples/data_rows.h"
#include "server/samples/sample_source.h"
#include "src/study/study.h"

namespace weir {

/// All ranks go through one and the same stream: epoch after epoch, each shuffled anew from the
/// study's seed. Its p-th sample belongs to rank p mod ranks. So each sample is drawn once an epoch
/// over all ranks, and the samples of a step depend on the global batch alone, not on the number of
/// ranks. Used by one thread.
class DatasetSource final : public SampleSource {
 public:
  /// Opens the study's training data set. Errors: those of DataSet; Error{input} for a data set
  /// without samples.
  DatasetSource(const Study& study, std::size_t rank, std::size_t ranks);

  Offer offer(std::size_t batch) override;
  void wait(Duration) override {}  ///< returns at once: the offer changes by drawing alone
  void draw(std::size_t count, Batch& batch) override;
  std::size_t peek(std::size_t count, Batch& batch) override;
  /// Where it is depends on the number of batches alone, for every rank draws in every step.
  void go_on_after(std::size_t batches, std::size_t batch) override;
  /// This rank's samples of the whole training: drawn ones are seen, the others unseen.
  Occupancy occupancy() const override;

 private:
  std::size_t left() const { return mine_ - drawn_; }
  /// The position in the data set of this rank's k-th sample.
  std::size_t position(std::size_t k);
  void copy(std::size_t first, std::size_t count, Batch& batch);

  DataRows rows_;
  std::size_t sample_size_, rank_, ranks_;
  std::uint64_t seed_;
  std::size_t mine_;  ///< samples of this rank in all epochs
  std::size_t drawn_ = 0;
  std::vector<std::size_t> order_;  ///< of the epoch of the latest position
  std::size_t order_epoch_;
};

/// The same behind its interface, for who only draws.
std::unique_ptr<SampleSource> make_dataset_source(const Study& study, std::size_t rank,
                                                  std::size_t ranks);

}  // namespace weir
