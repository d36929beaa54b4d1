#pragma once
// The rows of a cut: segments that are taken over from earlier checkpoints, and one of its own.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "server/checkpoint/segment.h"
#include "server/checkpoint/segment_sources.h"
#include "server/checkpoint/store_cut.h"

namespace weir {

/// Rows that are still of use and rows in all, of one segment.
struct SegmentUse {
  std::uint64_t live = 0, rows = 0;
};

/// Which segments are taken over as they are: those of which at least half the rows are live, and
/// no more than `most`, those with the most live rows, so that a slow study does not end in a file
/// a row.
std::set<std::uint64_t> segments_to_keep(const std::map<std::uint64_t, SegmentUse>& uses,
                                         std::size_t most);

struct RowsWritten {
  std::vector<RowPlace> places;   ///< one a sample
  std::vector<FileRecord> files;  ///< with their names in the rank's folder
  std::uint64_t bytes = 0;        ///< newly written
  std::size_t rows_written = 0, rows_reused = 0;
};

/// Writes one cut's rows. Used once. Memory: a row, and the buffers of the files. Errors: those of
/// FileSystem and SegmentSources.
class RowWriter {
 public:
  static constexpr std::size_t most_segments = 64;

  /// All outlive it. `part` is the rank's folder in the cut numbered `number`.
  RowWriter(FileSystem& files, Path part, SegmentSources& sources, StoreCut& cut,
            const SegmentHeader& header);

  RowsWritten write();

 private:
  void plan();
  void take_over(std::uint64_t segment);
  void copy(const SegmentSource& source, const Path& to);
  void write_new();
  void rewrite();
  void append(std::size_t sample, std::span<const float> row);

  FileSystem& files_;
  Path part_;
  SegmentSources& sources_;
  StoreCut& cut_;
  SegmentHeader header_;
  std::set<std::uint64_t> kept_;
  std::optional<SegmentWriter> segment_;
  RowsWritten written_;
};

}  // namespace weir
