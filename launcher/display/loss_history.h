#pragma once
// The losses of a study, out of its metrics.jsonl while the server writes it.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "launcher/records/growing_file.h"

namespace weir {

/// Used by one thread. Reads what has come since the last look; a line that is none is passed over.
/// A server that went back to a checkpoint shortens the file: then it is read anew.
class LossHistory {
 public:
  explicit LossHistory(std::filesystem::path metrics) : file_(std::move(metrics)) {}

  /// Throws nothing: a file that cannot be read has nothing new.
  void look();

  /// At most 512 of them, evenly over the study, the oldest first.
  const std::vector<double>& training() const { return training_.values; }
  std::optional<double> validation() const { return validation_; }  ///< the latest
  std::optional<double> best() const { return best_; }              ///< least validation loss
  std::uint64_t bytes() const { return file_.offset(); }            ///< read so far

 private:
  /// Keeps each `every`-th value; as often as it is full, each second one of what it has.
  struct Thinned {
    std::vector<double> values;
    std::size_t every = 1, seen = 0;
    void add(double value);
  };

  void add_line(std::string_view line);
  void start_over();

  GrowingFile file_;
  Thinned training_;
  std::optional<double> validation_, best_;
};

}  // namespace weir
