// weir run and generate: what starts from a study file.

#include <exception>
#include <filesystem>
#include <iostream>

#include "launcher/commands/commands.h"
#include "launcher/commands/drive.h"
#include "launcher/commands/findings.h"
#include "launcher/records/study_folder.h"
#include "launcher/report/report.h"
#include "launcher/run/outcome.h"
#include "src/core/error.h"
#include "src/study/parse.h"

namespace weir {
namespace {

namespace fs = std::filesystem;

/// A data set is recorded by one rank, and neither trained on nor compared with another.
Study for_recording(Study study) {
  study.server.ranks = 1;
  study.training.source = Source::ensemble;
  study.validation.dataset.clear();
  return study;
}

void require_new_file(const fs::path& file) {
  if (fs::exists(file))
    throw Error(
        ErrorKind::input,
        "'" + file.string() + "' is there already; remove it, or choose another name with --to");
}

/// A study has its results, whatever becomes of what tells about them.
void leave_report(const StudyDirectory& directory) {
  try {
    write_own_report(posix_file_system(), directory);
    std::cout << "weir: report: " << directory.report().string() << std::endl;
  } catch (const std::exception& error) {
    std::cerr << "weir: warning: there is no report.html: " << error.what() << std::endl;
  }
}

int end_run(const Outcome& outcome, const StudyDirectory& directory) {
  leave_report(directory);
  return print_outcome(outcome);
}

int resume(const Study& study, const fs::path& folder) {
  auto& files = posix_file_system();
  const auto directory = find_study_folder(files, folder);
  require_same_study(files, directory, study);
  if (is_done(files, directory))
    std::cout << "weir: the study is done already" << std::endl;
  else if (const int code = print_findings(study, folder, {}, /*verbose=*/false); code != 0)
    return code;
  make_subfolders(files, directory);
  return end_run(drive_study(study, directory, {.resume = true}), directory);
}

}  // namespace

int run_command(const RunOptions& options) {
  Study study = load_study(options.study);
  if (options.ranks) study.server.ranks = *options.ranks;
  const auto folder = output_folder(options.output, study);
  if (options.resume) return resume(study, folder);
  require_new_folder(folder);
  if (const int code = print_findings(study, folder, {}, /*verbose=*/false); code != 0) return code;
  const auto directory = make_study_folder(posix_file_system(), folder, study);
  return end_run(drive_study(study, directory, {}), directory);
}

int generate_command(const GenerateOptions& options) {
  const Study study = for_recording(load_study(options.study));
  const auto record = fs::absolute(options.to).lexically_normal();
  require_new_file(record);
  const bool temporary = options.output.empty();
  if (!temporary) require_new_folder(output_folder(options.output, study));
  if (const int code = print_findings(study, options.output, record, /*verbose=*/false); code != 0)
    return code;
  const auto folder = temporary ? make_temporary_folder() : output_folder(options.output, study);
  auto outcome =
      drive_study(study, make_study_folder(posix_file_system(), folder, study), {.record = record});
  if (outcome.exit_code == 0) {
    outcome.text = "done; data set: " + record.string();
    std::error_code ignored;
    if (temporary) fs::remove_all(folder, ignored);
  }
  return print_outcome(outcome);
}

}  // namespace weir
