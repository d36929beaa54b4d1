// Whether the file system of the study directory has room.

#include "launcher/doctor/case.h"
#include "launcher/doctor/memory_need.h"

namespace weir {
namespace {

/// A log and, in a batch system, what describes the job and tells its end; with checkpoints,
/// metrics and the model.
std::uint64_t files_need(const Case& subject) {
  constexpr std::uint64_t of_the_server = 1000;
  const std::uint64_t of_a_job = subject.batch() ? 3 : 1;
  return of_the_server +
         (subject.runs_simulations() ? of_a_job * subject.study.simulation.count : 0);
}

Finding check_space(const Case& subject, const std::filesystem::path& place) {
  const auto free = subject.machine().free_disk(place);
  if (!free)
    return warning("disk", "the free space for " + quoted(place.string()) + " is not known");
  const double need = disk_need(subject.study, !subject.trains());
  const double checkpoints = subject.trains() ? checkpoints_need(subject.study) : 0;
  const auto room = static_cast<double>(*free);
  const std::string text =
      "about " + size_text(need) + " are needed at " + quoted(place.string()) +
      (checkpoints > 0 ? ", and up to " + size_text(checkpoints) + " for checkpoints" : "") + "; " +
      size_text(room) + " are free";
  if (need > room)
    return wrong_environment("disk",
                             "no space left: " + text + "; make room, or choose another place");
  if (need + checkpoints > room)
    return warning("disk", text +
                               "; the study would go on without new checkpoints: make room, choose "
                               "another place, or a smaller buffer.capacity");
  return ok("disk", text);
}

void check_files(const Case& subject, const std::filesystem::path& place, Findings& findings) {
  const auto free = subject.machine().free_files(place);
  const auto need = files_need(subject);
  if (!free || need <= *free) return;
  findings.push_back(wrong_environment(
      "files", "about " + std::to_string(need) + " files will be made at " +
                   quoted(place.string()) + ", and its file system has room for " +
                   std::to_string(*free) +
                   "; remove files (df -i), or choose another place with --output"));
}

}  // namespace

void examine_disk(const Case& subject, Findings& findings) {
  const auto& place = subject.trains() ? subject.at.output : subject.at.record;
  findings.push_back(check_space(subject, place));
  check_files(subject, place, findings);
}

}  // namespace weir
