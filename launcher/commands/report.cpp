// weir report: what a study directory tells, as a page; of several a comparison.

#include "launcher/report/report.h"

#include <iostream>

#include "launcher/commands/commands.h"
#include "launcher/records/study_folder.h"
#include "src/core/error.h"

namespace weir {
namespace {

namespace fs = std::filesystem;

/// One study's own report lies with it; a comparison belongs to none of them.
fs::path place_of(const ReportOptions& options, const StudyDirectory& first) {
  if (!options.to.empty()) return fs::absolute(options.to).lexically_normal();
  if (options.folders.size() == 1) return first.report();
  throw Error(ErrorKind::input,
              "a comparison belongs to no study directory; say with --to which file it goes to");
}

}  // namespace

int report_command(const ReportOptions& options) {
  auto& files = posix_file_system();
  std::vector<StudyDirectory> directories;
  for (const auto& folder : options.folders)
    directories.push_back(find_study_folder(files, folder));
  const auto place = place_of(options, directories.front());
  std::vector<StudyRecord> records;
  for (const auto& directory : directories) records.push_back(read_study_record(files, directory));
  label_records(records);
  files.replace(place, report_page(records), 0600);
  std::cout << place.string() << std::endl;
  return 0;
}

}  // namespace weir
