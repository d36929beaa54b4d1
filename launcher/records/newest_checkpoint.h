#pragma once
// The newest published checkpoint of a study, as its manifest tells of it.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "src/core/file_system.h"
#include "src/core/study_directory.h"

namespace weir {

struct PublishedCheckpoint {
  std::uint64_t number = 0;
  std::uint64_t batch = 0;  ///< batches trained on
  std::uint64_t epoch = 0;  ///< of the server that took it
  std::size_t ranks = 1;
  std::int64_t time = 0;  ///< seconds since 1970 at publication
  std::filesystem::path folder;

  std::filesystem::path ledger(std::size_t rank) const;
};

/// The one with the highest number whose manifest can be read; nothing when there is none. The
/// checksums of its files are the server's matter. Never throws on damaged content; one that is
/// pruned meanwhile is passed over.
std::optional<PublishedCheckpoint> newest_checkpoint(FileSystem& files,
                                                     const StudyDirectory& directory);

/// "checkpoint  7, of batch 120, 45 s ago"; `now`: seconds since 1970.
std::string checkpoint_text(const std::optional<PublishedCheckpoint>& checkpoint, std::int64_t now);

}  // namespace weir
