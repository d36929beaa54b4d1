#pragma once
// Checkpoints on disk: D/checkpoints/N, one cut of all ranks, which exists whole or not at all.
//
// Written to checkpoints/.N.partial/: each rank its folder rank.R with a list of its files, rank 0
// the manifest last; then renamed to N and the folder synced. manifest.json names every file with
// its size and CRC-32C and carries its own checksum. Rows of samples lie in segment files, shared
// between checkpoints by hard links (written again where there are none): a cut writes only the
// rows that no earlier one has, and rewrites a segment of which more than half is of no use any
// more (docs/decisions/0006-checkpoints-share-segments.md). docs/formats.md has the files.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "server/checkpoint/store_cut.h"
#include "server/checkpoint/training_state.h"
#include "src/core/file_system.h"

namespace weir {

/// Which cut of which study.
struct CutName {
  std::uint64_t number = 0;  ///< N; grows by 1 from cut to cut, over all epochs
  std::uint64_t batch = 0;   ///< batches trained on
  std::uint64_t epoch = 0;
  std::uint64_t study = 0, schema = 0;
  std::size_t ranks = 1;
};

/// One rank's part, as taken from memory at the cut.
struct RankCut {
  CutName name;
  std::size_t rank = 0;
  std::optional<TrainingState> training;  ///< rank 0's
  std::unique_ptr<StoreCut> store;        ///< null: the study trains from a data set
  std::string server;  ///< JSON of the server itself, opaque here; may differ by rank
};

struct PartWritten {
  std::vector<RowPlace> places;  ///< one a sample of the store's state
  std::uint64_t bytes = 0;       ///< newly written
  std::size_t rows_written = 0, rows_reused = 0;
};

/// What a restart reads of one rank's part.
struct RankPart {
  CutName name;
  TrainingState training;  ///< of rank 0, whichever rank reads
  std::optional<StoreState> store;
  std::vector<RowPlace> places;
  std::string server;
};

/// Used by one thread at a time; on rank 0 publish() may be the checkpoint's thread while nobody
/// else calls. Errors of all calls: Error{environment} naming the path and the system's reason.
class CheckpointFolder {
 public:
  /// `folder` (made when missing, 0700) is D/checkpoints; `files` outlives this.
  CheckpointFolder(FileSystem& files, Path folder);

  /// Removes what earlier incarnations left unfinished. Rank 0, before any cut.
  void clean();
  /// Writes, syncs and reads back this rank's part of a cut. After an error the part is gone again.
  PartWritten write_part(RankCut& cut, std::size_t rank);
  /// Rank 0, after every rank has written its part: manifest, sync, rename, sync of the folder.
  void publish(const CutName& name);
  /// Rank 0: removes the unfinished cut, if any. Never throws.
  void give_up(std::uint64_t number) noexcept;
  /// Rank 0: removes published cuts but the newest `keep` valid ones. Nothing while there are fewer
  /// valid ones than that.
  void prune(std::size_t keep);

  /// Numbers of published cuts, newest first.
  std::vector<std::uint64_t> published() const;
  /// Checks manifest and the rank's files against their checksums before anything is parsed. Empty:
  /// valid; else what is wrong, naming the file. Never throws on damaged content.
  std::string damage(std::uint64_t number, std::size_t rank) const;
  /// The manifest alone. Error{input}: damaged.
  CutName name_of(std::uint64_t number) const;
  /// Precondition: damage() was empty. Error{input}: damaged after all.
  RankPart read_part(std::uint64_t number, std::size_t rank) const;
  /// Reads the rows of a part, for SampleStore::restore.
  ReadRow row_reader(std::uint64_t number, std::size_t rank, const RankPart& part) const;

 private:
  std::string damage_of(std::uint64_t number, bool with_rows) const;
  void make_durable(const CutName& name);
  void forget_removed();

  FileSystem& files_;
  Path folder_;
  // Read back by this process when they were written, so that not each cut reads all rows again.
  std::set<std::string> verified_;  ///< files, as "7/rank.0/segment.3"
  std::set<std::uint64_t> published_here_;
};

}  // namespace weir
