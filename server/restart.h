#pragma once
// Which incarnation of the server this is, and from which cut it goes on.

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "server/checkpoint/checkpoint.h"
#include "server/collective/collective.h"
#include "src/core/file_system.h"
#include "src/core/study_directory.h"

namespace weir {

/// What the study directory says of earlier servers.
struct Past {
  std::uint64_t epoch = 0;          ///< of this server
  bool done = false;                ///< the study has ended well: nothing is left to do
  std::vector<std::uint64_t> cuts;  ///< published ones, newest first
};

/// Rank 0 looks, for all. Error{input}: there are checkpoints, but `resume` was not said.
/// Error{environment}: the endpoint file cannot be read.
Past look_back(FileSystem& files, const StudyDirectory& directory, const CheckpointFolder& folder,
               bool resume);

/// Collective: rank 0's, on every rank.
Past agree_on_past(Collective& collective, const Past& past);

/// Collective: the newest of `cuts` that every rank finds whole, if one is; a damaged one is told
/// to `warn`, and so is that there is none. `mine` says the study, its schema and the ranks.
/// Error{input}, on every rank: the cut is of another study, or was taken by another number of
/// ranks.
std::optional<std::uint64_t> choose_cut(Collective& collective, const CheckpointFolder& folder,
                                        const std::vector<std::uint64_t>& cuts, const CutName& mine,
                                        const std::function<void(const std::string&)>& warn);

/// Whether a server later than `epoch` has told the clients where it listens. Thread-safe.
bool superseded(FileSystem& files, const StudyDirectory& directory, std::uint64_t epoch);

}  // namespace weir
