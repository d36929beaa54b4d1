#pragma once
// Segments: files of rows, written by one cut of one rank and shared by later ones.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "server/checkpoint/checked_file.h"
#include "server/checkpoint/store_cut.h"

namespace weir {

/// What stands before the rows. Value type.
struct SegmentHeader {
  static constexpr std::size_t bytes = 64;
  std::uint64_t number = 0;  ///< of the cut that wrote it
  std::uint64_t rank = 0;
  std::uint64_t row_size = 0;  ///< floats

  /// How many rows a file of `size` bytes has; nothing when that is no whole number.
  std::optional<std::uint64_t> rows_in(std::uint64_t size) const;
};

/// "segment.K"
std::string segment_name(std::uint64_t number);

/// Writes rows one after another. Errors: those of CheckedFile.
class SegmentWriter {
 public:
  SegmentWriter(FileSystem& files, const Path& path, const SegmentHeader& header);

  /// Where the row now lies.
  RowPlace append(std::span<const float> row);
  std::uint64_t rows() const { return rows_; }
  FileRecord finish() { return file_.finish(); }

 private:
  CheckedFile file_;
  std::uint64_t number_, rows_ = 0;
};

/// Reads rows at any place. Not thread-safe. Errors: those of FileSystem, and Error{input} naming
/// the file when it is no segment or has no such row.
class SegmentReader {
 public:
  SegmentReader(FileSystem& files, Path path);

  const SegmentHeader& header() const { return header_; }
  std::uint64_t rows() const { return rows_; }
  void read(std::uint64_t index, std::span<float> row);

 private:
  Path path_;
  std::unique_ptr<InputFile> file_;
  SegmentHeader header_;
  std::uint64_t rows_ = 0;
};

}  // namespace weir
