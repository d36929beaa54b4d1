#include "launcher/run/attempt_files.h"

#include <utility>

#include "launcher/schedulers/job_file.h"
#include "src/core/planted_bug.h"

namespace weir {

AttemptFiles::AttemptFiles(FileSystem& files, const Study& study, StudyDirectory directory)
    : files_(files),
      study_(study),
      directory_(std::move(directory)),
      templates_(files, study, directory_) {}

void AttemptFiles::prepare(AttemptId id, const std::vector<double>& parameters) const {
  if (templates_.empty()) return;
  templates_.render(files_, attempt_folder(directory_, id),
                    placeholder_values(study_, directory_, id, parameters));
}

void AttemptFiles::remove(AttemptId id, bool well) const {
  if (WEIR_BUG("job_files_kept")) return;
  remove_job_files(files_, job_file_path(directory_, simulation_job_name(study_, id)));
  if (well && !templates_.empty()) files_.remove_all(attempt_folder(directory_, id));
}

std::set<AttemptId> AttemptFiles::found() const {
  std::set<AttemptId> result;
  for (const auto& file : files_.list(directory_.jobs()))
    if (const auto id = attempt_of_job(study_, std::filesystem::path(file).stem().string()))
      result.insert(*id);
  if (templates_.empty()) return result;
  for (const auto& folder : files_.list(attempt_folder(directory_, {}).parent_path()))
    if (const auto id = attempt_of_job(study_, "weir." + study_.name + "." + folder))
      result.insert(*id);
  return result;
}

}  // namespace weir
