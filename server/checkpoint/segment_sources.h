#pragma once
// Where segments of earlier cuts are to be had: the newest published checkpoint that has them
// undamaged.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/checkpoint/checked_file.h"
#include "server/checkpoint/manifest.h"

namespace weir {

/// "checkpoints/N"
Path checkpoint_path(const Path& folder, std::uint64_t number);
/// Numbers of the checkpoints in a folder, newest first.
std::vector<std::uint64_t> published_in(FileSystem& files, const Path& folder);

/// Files that this process has written or read whole and found right; reading them at each cut
/// again would cost as much as writing them. Paths as in "7/rank.0/segment.3".
using VerifiedFiles = std::set<std::string>;

struct SegmentSource {
  Path path;
  FileRecord record;
};

/// One rank's, for one cut. Not thread-safe. Errors: those of FileSystem.
class SegmentSources {
 public:
  /// All outlive it.
  SegmentSources(FileSystem& files, const Path& folder, VerifiedFiles& verified, std::size_t rank);

  /// Error{environment}: no published checkpoint has it undamaged.
  const SegmentSource& find(std::uint64_t segment);

 private:
  bool usable(std::uint64_t number, const FileRecord& record);

  FileSystem& files_;
  const Path& folder_;
  VerifiedFiles& verified_;
  std::size_t rank_;
  std::vector<std::pair<std::uint64_t, FileList>> manifests_;  ///< undamaged ones, newest first
  std::map<std::uint64_t, SegmentSource> found_;
};

}  // namespace weir
