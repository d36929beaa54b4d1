#pragma once
// What is recorded of a run: one JSON object a line in metrics.jsonl, the same scalars as
// TensorBoard events.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/core/file_system.h"

namespace weir {

/// Where the records of a run were at a moment that it may be taken back to.
struct MetricsMark {
  std::size_t batch = 0;
  std::uint64_t lines = 0;  ///< bytes of metrics.jsonl
  double seconds = 0;       ///< since the start of the run
};

/// What a record says of one field of the study.
struct FieldRecord {
  std::string name;
  std::vector<std::pair<std::string, double>> values;
  std::vector<std::pair<std::string, std::vector<double>>> steps;  ///< one number a time step
};

/// Used by one thread, the trainer of rank 0; the others use a null one. A record that cannot be
/// written (full disk) is dropped, counted and reported once through `warning`: metrics never end a
/// study, and go on as soon as there is room again. Records are buffered for about a second.
class Metrics {
 public:
  virtual ~Metrics() = default;
  /// `kind`: train, validation, buffer, …; `step`: batch number; `values`: scalars in the order
  /// they are written. Each record carries "kind", "batch" and "seconds" since the start besides.
  /// What is not finite is null in JSON.
  virtual void record(std::string_view kind, std::size_t step,
                      const std::vector<std::pair<std::string, double>>& values) = 0;
  /// A record with "fields" besides: under each field's name its values, and in "steps" its
  /// arrays. The values are scalars of TensorBoard as well, kind/field/name.
  virtual void record_fields(std::string_view kind, std::size_t step,
                             const std::vector<std::pair<std::string, double>>& values,
                             const std::vector<FieldRecord>& fields) {
    (void)fields;
    record(kind, step, values);
  }
  /// Of whole numbers, counted already: `counts[k]` is how many have the value k.
  virtual void histogram(std::string_view name, std::size_t step,
                         const std::vector<double>& counts) = 0;
  /// Hands what is buffered to the operating system.
  virtual void flush() = 0;
  /// Hands on what has been buffered for a second; to be called while nothing is recorded.
  virtual void flush_when_due() {}
  /// Flushes, and says where the records are now; nothing when that cannot be told: no files, or
  /// they cannot be read.
  virtual std::optional<MetricsMark> mark(std::size_t batch) {
    (void)batch;
    return std::nullopt;
  }
  /// Takes away every record after a mark of an earlier process; "seconds" goes on from there.
  /// Before the first record. Errors: Error{environment} when metrics.jsonl cannot be shortened.
  virtual void roll_back(const MetricsMark& mark) { (void)mark; }
  /// Records that were dropped so far.
  virtual std::size_t dropped() const { return 0; }
};

std::unique_ptr<Metrics> make_null_metrics();
/// Appends to `jsonl` and to an event file in `tensorboard` (made when missing). What is still
/// buffered is written when the metrics end. `files` outlives them. Formats: docs/formats.md.
std::unique_ptr<Metrics> make_file_metrics(FileSystem& files, const std::filesystem::path& jsonl,
                                           const std::filesystem::path& tensorboard,
                                           std::function<void(const std::string&)> warning);

}  // namespace weir
