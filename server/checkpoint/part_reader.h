#pragma once
// One rank's part of a published checkpoint, read back.

#include <cstddef>
#include <string>

#include "server/checkpoint/checkpoint.h"
#include "server/checkpoint/manifest.h"

namespace weir {

/// Not thread-safe. Errors: Error{input} naming the file and what is wrong; those of FileSystem.
class PartReader {
 public:
  /// All outlive it. `checkpoint` is the folder D/checkpoints/N.
  PartReader(FileSystem& files, Path checkpoint, const FileList& manifest, std::size_t rank);

  /// Compares the rank's files and rank 0's training state with the manifest; of segments the size
  /// alone unless `with_rows`. Parses nothing.
  void check(bool with_rows) const;
  RankPart read() const;

 private:
  std::string content(const std::string& path) const;
  std::string place(const std::string& path) const;
  void read_store(RankPart& part) const;
  void check_places(const RankPart& part, std::uint64_t row_size) const;

  FileSystem& files_;
  Path checkpoint_;
  const FileList& manifest_;
  std::size_t rank_;
};

}  // namespace weir
