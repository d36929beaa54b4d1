// weir status: one look at a study, running or ended.

#include <ctime>
#include <iostream>

#include <nlohmann/json.hpp>

#include "launcher/commands/commands.h"
#include "launcher/records/failure_causes.h"
#include "launcher/records/journal.h"
#include "launcher/records/newest_checkpoint.h"
#include "launcher/records/presence.h"
#include "launcher/records/status_file.h"
#include "launcher/records/study_folder.h"
#include "launcher/run/outcome.h"
#include "src/core/error.h"
#include "src/study/parse.h"

namespace weir {
namespace {

std::string headline(const Study& study) {
  return "study       " + study.name + ": " + std::to_string(study.simulation.count) +
         " simulations of " + std::to_string(study.simulation.steps) + " steps\n";
}

nlohmann::ordered_json checkpoint_json(const PublishedCheckpoint& checkpoint) {
  return {{"number", checkpoint.number},
          {"batch", checkpoint.batch},
          {"epoch", checkpoint.epoch},
          {"time", checkpoint.time}};
}

/// A damaged journal is the next launcher's matter.
std::string failures(const StudyDirectory& directory) {
  try {
    const auto journal = read_journal(posix_file_system(), directory.run() / "journal.jsonl");
    std::string text;
    for (const auto& line : causes_lines(failure_causes(journal), /*most=*/10))
      text += (text.empty() ? "failed jobs " : "            ") + line + "\n";
    return text;
  } catch (const Error&) {
    return "";
  }
}

/// The summary's list of failed jobs is long; here they are counted.
std::string ended_text(const StudyDirectory& directory, const SummaryHead& head,
                       const std::string& summary) {
  auto shown = nlohmann::ordered_json::parse(summary, nullptr, /*allow_exceptions=*/false);
  if (shown.is_object()) shown.erase("failed_jobs");
  const std::string reason = head.reason.empty() ? "" : ": " + head.reason;
  return "the study has ended: " + head.status + reason + "\n" + failures(directory) +
         (shown.is_object() ? shown.dump(2) + "\n" : summary);
}

std::string running_text(const StudyDirectory& directory, const LauncherStatus& status, bool gone,
                         bool json, const std::optional<PublishedCheckpoint>& checkpoint) {
  const std::int64_t now = std::time(nullptr);
  if (!json)
    return status_text(status, now, gone) + checkpoint_text(checkpoint, now) + failures(directory);
  auto object = nlohmann::ordered_json::parse(write_status(status));
  object["stale"] = gone;
  if (checkpoint) object["checkpoint"] = checkpoint_json(*checkpoint);
  return object.dump(2) + "\n";
}

std::string none_text(const StudyDirectory& directory) {
  if (!launcher_gone(std::nullopt, directory, std::time(nullptr)))
    return "its launcher has written no status yet\n";
  return "no launcher is running; `weir run STUDY.json --output D --resume` continues\n";
}

}  // namespace

int status_command(const std::filesystem::path& folder, bool json) {
  auto& files = posix_file_system();
  const auto directory = find_study_folder(files, folder);
  if (!json) std::cout << headline(load_study(directory.study()));
  if (const auto head = read_summary(files, directory)) {
    const auto summary = files.read(directory.summary());
    std::cout << (json ? summary : ended_text(directory, *head, summary));
  } else if (const auto status = read_status(files, directory)) {
    const bool gone = launcher_gone(status, directory, std::time(nullptr));
    std::cout << running_text(directory, *status, gone, json, newest_checkpoint(files, directory));
  } else {
    std::cout << (json ? "{}\n" : none_text(directory));
  }
  return 0;
}

}  // namespace weir
