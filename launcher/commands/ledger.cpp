// weir ledger: which samples a study has accepted.

#include "src/core/ledger.h"

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "launcher/commands/commands.h"
#include "launcher/study_folder.h"
#include "src/core/error.h"

namespace weir {
namespace {

std::vector<SampleId> accepted_by_all_ranks(FileSystem& files, const StudyDirectory& directory) {
  std::vector<SampleId> ids;
  std::size_t ranks = 1;
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    const auto ledger = Ledger::load(files, directory.ledger(rank));
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
  if (!files.exists(directory.ledger(0)))
    throw Error(ErrorKind::input, "there is no ledger in '" + folder.string() +
                                      "' yet; the server writes it when the study ends");
  std::string text;
  for (const auto& id : accepted_by_all_ranks(files, directory))
    text += std::to_string(id.sim) + " " + std::to_string(id.step) + "\n";
  std::cout << text << std::flush;
  return 0;
}

}  // namespace weir
