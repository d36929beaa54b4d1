#include "launcher/schedulers/batch_script.h"

#include "src/core/own_program.h"

namespace weir {
namespace {

/// One word for the shell, whatever is in it.
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'')
      result += "'\\''";
    else
      result += c;
  }
  return result + "'";
}

}  // namespace

std::filesystem::path setup_path(const StudyDirectory& directory, JobRole role) {
  return directory.jobs() / (role == JobRole::server ? "setup.server.sh" : "setup.clients.sh");
}

std::string setup_text(const JobResources& resources) {
  std::string text = "# What runs in a job before its program; from the study file.\n";
  // Jobs run in no login shell, and the command `module` is often a function of one.
  if (!resources.modules.empty()) text += "type module > /dev/null 2>&1 || . /etc/profile\n";
  for (const auto& module : resources.modules)
    text += "module load " + quoted(module) +
            " || { echo \"weir: a module cannot be loaded\" >&2; exit 3; }\n";
  for (const auto& line : resources.setup) text += line + "\n";
  return text;
}

std::filesystem::path batch_script_path(const StudyDirectory& directory) {
  return directory.jobs() / "job.sh";
}

std::string batch_script_text() {
  return "#!/bin/bash\n"
         "# A job of weir: job.sh SETUP PROGRAM FILE\n"
         ". \"$1\"\n"
         "exec \"$2\" \"$3\"\n";
}

void write_batch_scripts(FileSystem& files, const StudyDirectory& directory,
                         const LauncherSettings& launcher) {
  files.make_directories(directory.jobs(), 0700);
  files.replace(batch_script_path(directory), batch_script_text(), 0700);
  files.replace(setup_path(directory, JobRole::server), setup_text(launcher.server), 0600);
  files.replace(setup_path(directory, JobRole::simulation), setup_text(launcher.clients), 0600);
}

std::filesystem::path job_program() { return own_program("weir-job"); }

}  // namespace weir
