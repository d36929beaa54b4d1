// weir ledger: which samples a study has accepted.

#include "src/core/ledger.h"

#include <algorithm>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "launcher/commands/commands.h"
#include "launcher/records/newest_checkpoint.h"
#include "launcher/records/study_folder.h"
#include "launcher/run/outcome.h"
#include "src/core/error.h"

namespace weir {
namespace {

using PathOfRank = std::function<std::filesystem::path(std::size_t)>;

/// The ledgers of the study's end, or those of its newest checkpoint while it has none.
PathOfRank current_ledgers(FileSystem& files, const StudyDirectory& directory) {
  const bool ended = files.exists(directory.ledger(0));
  const auto final_ones = [directory](std::size_t rank) { return directory.ledger(rank); };
  if (ended && has_result(files, directory)) return final_ones;
  // Ledgers of an end that was resumed are out of date as soon as a new checkpoint is there.
  const auto checkpoint = newest_checkpoint(files, directory);
  const bool newer =
      checkpoint && (!ended || std::filesystem::last_write_time(checkpoint->folder) >
                                   std::filesystem::last_write_time(directory.ledger(0)));
  if (newer && files.exists(checkpoint->ledger(0)))
    return [checkpoint = *checkpoint](std::size_t rank) { return checkpoint.ledger(rank); };
  if (ended) return final_ones;
  throw Error(ErrorKind::input, "there is no ledger in '" + directory.root.string() +
                                    "' yet; the server writes it with each checkpoint, and when "
                                    "the study ends");
}

std::vector<SampleId> accepted_by_all_ranks(FileSystem& files, const PathOfRank& path) {
  std::vector<SampleId> ids;
  std::size_t ranks = 1;
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    const auto ledger = Ledger::load(files, path(rank));
    ranks = ledger.ranks();
    const auto accepted = ledger.accepted();
    ids.insert(ids.end(), accepted.begin(), accepted.end());
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace

int ledger_command(const std::filesystem::path& folder) {
  auto& files = posix_file_system();
  const auto directory = find_study_folder(files, folder);
  std::string text;
  for (const auto& id : accepted_by_all_ranks(files, current_ledgers(files, directory)))
    text += std::to_string(id.sim) + " " + std::to_string(id.step) + "\n";
  std::cout << text << std::flush;
  return 0;
}

}  // namespace weir
