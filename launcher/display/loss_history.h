#pragma once
// The losses of a study, out of its metrics.jsonl while the server writes it.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace weir {

/// Used by one thread. Reads what has come since the last look, 8 MiB at a time; a line that is
/// cut, or is none, is passed over. A server that went back to a checkpoint shortens the file: then
/// it is read anew.
class LossHistory {
 public:
  explicit LossHistory(std::filesystem::path metrics) : path_(std::move(metrics)) {}

  /// Throws nothing: a file that cannot be read has nothing new.
  void look();

  /// At most 512 of them, evenly over the study, the oldest first.
  const std::vector<double>& training() const { return training_.values; }
  std::optional<double> validation() const { return validation_; }  ///< the latest
  std::optional<double> best() const { return best_; }              ///< least validation loss
  std::uint64_t bytes() const { return offset_; }                   ///< read so far

 private:
  /// Keeps each `every`-th value; as often as it is full, each second one of what it has.
  struct Thinned {
    std::vector<double> values;
    std::size_t every = 1, seen = 0;
    void add(double value);
  };

  std::string new_text();
  void add_line(const std::string& line);
  void start_over();

  std::filesystem::path path_;
  std::uint64_t offset_ = 0;
  std::string rest_;  ///< the beginning of a line whose end has not come
  Thinned training_;
  std::optional<double> validation_, best_;
};

}  // namespace weir
