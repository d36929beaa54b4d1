// Whether the study directory lies where all jobs see it, private, and with a clock that agrees.

#include "src/core/study_directory.h"

#include <array>
#include <cmath>

#include "launcher/doctor/case.h"

namespace weir {
namespace {

/// Folders that every machine has for itself.
bool is_temporary(const std::filesystem::path& path) {
  constexpr std::array folders = {"/tmp/", "/var/tmp/", "/dev/shm/", "/run/"};
  for (const char* folder : folders)
    if ((path.string() + "/").starts_with(folder)) return true;
  return false;
}

Finding check_sharing(const Case& subject) {
  const auto& output = subject.at.output;
  const auto system = subject.machine().file_system(output);
  const std::string where = quoted(output.string()) + " lies on " + system.name;
  const std::string fix = "; choose a place on the cluster's shared file system with --output";
  if (!subject.elsewhere()) return ok("study directory", where);
  if (system.sharing == Sharing::never || is_temporary(output))
    return of_several_machines(
        subject, wrong_environment("study directory",
                                   where + (is_temporary(output) ? " in a temporary folder" : "") +
                                       ", which other nodes do not see" + fix));
  if (system.sharing == Sharing::unlikely)
    return warning("study directory", where +
                                          ", which other nodes see only if this machine "
                                          "exports it under the same path" +
                                          fix);
  return ok("study directory", where);
}

/// `weir status` takes a launcher for gone whose status is older than 10 s.
void check_clock(const Case& subject, Findings& findings) {
  constexpr double tolerated = 5;
  const auto ahead = subject.machine().file_clock_ahead(subject.at.output);
  if (!ahead) return;
  const auto seconds = std::to_string(std::llround(std::abs(*ahead)));
  if (std::abs(*ahead) <= tolerated)
    return findings.push_back(ok("clock", "files of the study directory agree with it"));
  findings.push_back(warning(
      "clock", "files written at " + quoted(subject.at.output.string()) + " are dated " + seconds +
                   (*ahead > 0 ? " s ahead of" : " s behind") +
                   " this machine's clock, so `weir status` will misjudge what is alive; ask for "
                   "time synchronisation (chronyc tracking)"));
}

/// Two launchers of one study would be two too many.
void check_locks(const Case& subject, Findings& findings) {
  const auto error = subject.machine().lock_error(subject.at.output);
  if (!error) return;
  findings.push_back(wrong_environment(
      "locks", "files at " + quoted(subject.at.output.string()) + " cannot be locked (" + *error +
                   "), and launchers could not see each other; choose another place with --output, "
                   "or ask for locks there (Lustre: the mount option flock)"));
}

void check_private(const Machine& machine, const std::filesystem::path& path, unsigned most,
                   const char* fix, Findings& findings) {
  const auto access = machine.access_of(path);
  if (!access) return;
  if (!access->mine)
    findings.push_back(wrong_environment(
        "permissions",
        quoted(path.string()) + " belongs to another user; choose another --output"));
  else if ((access->mode & ~most) != 0)
    findings.push_back(wrong_environment(
        "permissions", quoted(path.string()) + " may be read or written by others: run chmod " +
                           fix + " " + path.string()));
}

/// Of a study that is gone on with; a new directory is made private.
void check_permissions(const Case& subject, Findings& findings) {
  const StudyDirectory directory{subject.at.output};
  const auto& machine = subject.machine();
  const auto before = findings.size();
  if (!machine.access_of(directory.run())) return;
  check_private(machine, directory.run(), 0700, "700", findings);
  for (const auto& file : {directory.server_key(), directory.client_key(), directory.endpoint()})
    check_private(machine, file, 0600, "600", findings);
  if (findings.size() == before)
    findings.push_back(ok("permissions", "run/ and its keys are private"));
}

}  // namespace

void examine_study_directory(const Case& subject, Findings& findings) {
  if (subject.at.output.empty()) return;  // a temporary one, made and removed
  findings.push_back(check_sharing(subject));
  check_clock(subject, findings);
  check_locks(subject, findings);
  check_permissions(subject, findings);
}

}  // namespace weir
