#pragma once
// A folder of TensorBoard's event files: their names, and what stands in them besides the records
// of a training. docs/formats.md describes both.

#include <cstddef>
#include <string>
#include <vector>

#include "server/metrics/settings.h"
#include "server/metrics/tensorboard.h"
#include "src/core/file_system.h"

namespace weir {

/// Makes the folder when it is missing, and names a file in it that is not there yet. Readers take
/// files in the order of their names: that of a new one comes last, whatever the clock says.
/// Error{environment}.
Path new_event_file(FileSystem& files, const Path& folder);

struct TaggedPicture {
  std::string tag, description;
  tensorboard::Picture picture;
};

/// What stands in the folder once: the study's settings, and how it ended. Each is one file, whole
/// or not there. Every call throws Error{environment} when a file cannot be written. Not
/// thread-safe; `files` outlives it.
class EventFolder {
 public:
  EventFolder(FileSystem& files, Path folder) : files_(files), folder_(std::move(folder)) {}

  /// Before the first record, in place of what an earlier server of the study has written. (Readers
  /// keep the first message that they find of each kind.)
  void begin(const Settings& settings);
  /// After the last record.
  void end(std::size_t batch, const std::vector<TaggedPicture>& pictures, bool success);

 private:
  void remove(const std::string& suffix);
  void put(const std::string& suffix, const std::string& events);

  FileSystem& files_;
  const Path folder_;
};

}  // namespace weir
