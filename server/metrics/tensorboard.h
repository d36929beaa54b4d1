#pragma once
// TensorBoard's event files: records with checksums, each an Event message, encoded by hand so that
// protobuf is not needed.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/metrics/settings.h"

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

/// An encoded picture and its extents.
struct Picture {
  std::size_t width = 0, height = 0;
  std::string png;
};
/// A tensor of three texts: width, height, PNG. (The older message Summary.Image loses its
/// description in TensorBoard's fast loader.) `description`: Markdown, shown beside it; readers
/// keep the first one of a tag.
std::string image(Stamp stamp, std::string_view tag, const Picture& picture,
                  std::string_view description);

// Of the plugin HParams, which compares runs by their settings and the last values of their
// scalars. There is no message for all runs together (`experiment`): a reader takes the first that
// it finds for all of them, and without one it makes the list out of what the runs say, and marks
// the settings in which they differ. Readers keep the first message of each kind of a run.

std::string run_start(double wall_time, const Settings& settings);
std::string run_end(double wall_time, bool success);

}  // namespace weir::tensorboard
