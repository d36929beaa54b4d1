#pragma once
// An HDF5 data set of complete simulations: for validation, for offline training, as what `weir
// generate` writes.

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "src/core/sample_id.h"
#include "src/study/study.h"

namespace weir {

/// Reads. Layout: docs/formats.md. One thread at a time. Errors: Error{input}: not HDF5, not a weir
/// data set, another version, fields or sizes or parameters other than the study's (all named),
/// incomplete.
class DataSet {
 public:
  DataSet(const std::filesystem::path& file, const Study& study);
  ~DataSet();
  DataSet(DataSet&&) noexcept;

  std::size_t simulations() const;
  std::size_t steps() const;
  std::size_t samples() const { return simulations() * steps(); }
  /// The k-th sample, simulations outermost.
  SampleId id(std::size_t k) const;
  std::span<const double> parameters(
      std::size_t simulation) const;  ///< by position in the data set
  /// The physical time of the k-th sample's step: as the solver said it where the study lets it,
  /// else from the study's time axis.
  double time(std::size_t k) const;
  /// All fields of the k-th sample, in the study's order, into `values` (sample_size floats).
  void read(std::size_t k, std::span<float> values) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Writes to a temporary name beside `file`; finish() renames it. Without finish() nothing is left
/// behind. One thread at a time. Errors: Error{environment} (no room, not writable); the set is
/// discarded then, and no further call may be made.
class DataSetWriter {
 public:
  DataSetWriter(const std::filesystem::path& file, const Study& study);
  ~DataSetWriter();
  /// One sample; simulations in any order. Of several copies of a step the first counts. `time`:
  /// of its step, kept when the study lets solvers say it.
  void write(SampleId id, std::span<const double> parameters, std::span<const float> values,
             double time = 0);
  /// Keeps the complete simulations, in order of their number. Returns how many. To be called once.
  std::size_t finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir
