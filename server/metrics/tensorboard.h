#pragma once
// TensorBoard's event files: records with checksums, each an Event message, encoded by hand so that
// protobuf is not needed.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir::tensorboard {

/// When an event happened, in seconds since 1970, and its batch number.
struct Stamp {
  double wall_time = 0;
  std::uint64_t step = 0;
};

/// Each returns a whole record: length, masked CRC-32C of it, Event, masked CRC-32C of that.
/// Sources: tfrecord format and event.proto, summary.proto, histogram.proto of TensorBoard.
std::string file_start(double wall_time);  ///< the first record of every file
/// The run went back: what earlier records say of stamp.step and later steps does not count.
std::string restart(Stamp stamp);
std::string scalar(Stamp stamp, std::string_view tag, double value);
/// Of whole numbers: counts[k] have the value k.
std::string histogram(Stamp stamp, std::string_view tag, const std::vector<double>& counts);

}  // namespace weir::tensorboard
