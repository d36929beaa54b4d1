// weir ledger --lineage: which batch trained on which samples, and whether that agrees with the
// ledgers.

#include <iostream>
#include <string>

#include "launcher/commands/commands.h"
#include "launcher/records/study_folder.h"
#include "launcher/run/outcome.h"
#include "src/core/error.h"
#include "src/core/lineage_check.h"

namespace weir {
namespace {

void require_lineage(FileSystem& files, const StudyDirectory& directory) {
  if (files.exists(directory.lineage(0))) return;
  throw Error(ErrorKind::input, "there is no lineage log in '" + directory.root.string() +
                                    "'; a study writes one when its file says \"lineage\": true");
}

int print_report(const LineageReport& report) {
  const auto more = report.problems.size() - 1;
  if (!report.problems.empty()) {
    std::cerr << "weir: the lineage is not valid: " << report.problems[0]
              << (more > 0 ? ", and " + std::to_string(more) + " more" : "") << std::endl;
    return static_cast<int>(ErrorKind::study);
  }
  std::cerr << "weir: the lineage is valid: " << report.batches << " batches, " << report.drawn
            << " samples drawn, " << report.trained << " different ones, " << report.untrained
            << " accepted and in no batch" << std::endl;
  return 0;
}

}  // namespace

int lineage_command(const std::filesystem::path& folder) {
  auto& files = posix_file_system();
  const auto directory = find_study_folder(files, folder);
  require_lineage(files, directory);
  for_each_drawn(files, directory, [](std::uint64_t batch, SampleId id) {
    std::cout << batch << ' ' << id.sim << ' ' << id.step << '\n';
  });
  std::cout << std::flush;
  if (has_result(files, directory)) return print_report(check_lineage(files, directory));
  std::cerr << "weir: the study has not ended, so its lineage is not checked" << std::endl;
  return 0;
}

}  // namespace weir
