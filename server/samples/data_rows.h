#pragma once
// Chosen samples of a data set, from memory when they fit, else from the file each time.

#include <cstddef>
#include <span>
#include <vector>

#include "server/data/data_set.h"
#include "server/samples/field_scales.h"
#include "src/core/sample_id.h"

namespace weir {

/// Half of what the machine can still give, divided among the ranks of a server on it; in bytes.
std::size_t row_memory(std::size_t ranks);

/// Positions of the samples that can be trained on, ascending: those whose simulation has a step
/// `lead` before theirs.
std::vector<std::size_t> trainable_positions(const DataSet& data, std::size_t lead);

/// Used by one thread. Errors: those of DataSet.
class DataRows {
 public:
  /// `chosen`: positions in the data set, kept in this order. `lead`: of autoregressive samples,
  /// else 0; then no position may be of a step below it. Rows are held in memory, each once, when
  /// all that are needed take at most `memory` bytes.
  DataRows(DataSet data, std::vector<std::size_t> chosen, std::size_t sample_size,
           std::size_t memory, std::size_t lead = 0);

  std::size_t size() const { return chosen_.size(); }
  bool in_memory() const { return !rows_.empty(); }
  SampleId id(std::size_t k) const { return data_.id(chosen_[k]); }
  std::span<const double> parameters(std::size_t k) const;
  double time(std::size_t k) const { return data_.time(chosen_[k]); }  ///< physical, of its step
  /// Copies the k-th row into `values` (sample_size floats), scaled.
  void copy(std::size_t k, std::span<float> values, const FieldScales& scales = {}) const {
    copy_at(chosen_[k], values, scales);
  }
  /// The same of the step `lead` before.
  void copy_state(std::size_t k, std::span<float> values, const FieldScales& scales = {}) const {
    copy_at(chosen_[k] - lead_, values, scales);
  }

 private:
  void copy_at(std::size_t position, std::span<float> values, const FieldScales& scales) const;

  DataSet data_;
  std::vector<std::size_t> chosen_;
  std::size_t sample_size_, lead_;
  std::vector<std::size_t> needed_;  ///< positions, ascending
  std::vector<float> rows_;          ///< theirs, or empty
};

}  // namespace weir
