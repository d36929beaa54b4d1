#pragma once
// Chosen samples of a data set, from memory when they fit, else from the file each time.

#include <cstddef>
#include <span>
#include <vector>

#include "server/data/data_set.h"
#include "src/core/sample_id.h"

namespace weir {

/// Half of what the machine can still give, divided among the ranks of a server on it; in bytes.
std::size_t row_memory(std::size_t ranks);

/// Used by one thread. Errors: those of DataSet.
class DataRows {
 public:
  /// `chosen`: positions in the data set, kept in this order. Rows are held in memory when all of
  /// them take at most `memory` bytes.
  DataRows(DataSet data, std::vector<std::size_t> chosen, std::size_t sample_size,
           std::size_t memory);

  std::size_t size() const { return chosen_.size(); }
  bool in_memory() const { return !rows_.empty(); }
  SampleId id(std::size_t k) const { return data_.id(chosen_[k]); }
  std::span<const double> parameters(std::size_t k) const;
  double time(std::size_t k) const { return data_.time(chosen_[k]); }  ///< physical, of its step
  /// Copies the k-th row into `values` (sample_size floats).
  void copy(std::size_t k, std::span<float> values) const;

 private:
  DataSet data_;
  std::vector<std::size_t> chosen_;
  std::size_t sample_size_;
  std::vector<float> rows_;  ///< size() × sample_size, or empty
};

}  // namespace weir
