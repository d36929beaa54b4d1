#include "launcher/commands/look.h"

#include <ctime>

#include "launcher/records/failure_causes.h"
#include "launcher/records/journal.h"
#include "launcher/records/presence.h"
#include "launcher/records/progress.h"
#include "src/core/error.h"
#include "src/study/parse.h"

namespace weir {

Look::Look(StudyDirectory directory)
    : directory_(std::move(directory)),
      name_(load_study(directory_.study()).name),
      losses_(directory_.metrics()) {}

void Look::look() {
  losses_.look();
  try {
    auto& files = posix_file_system();
    ended_ = read_summary(files, directory_);
    status_ = read_status(files, directory_);
    checkpoint_ = newest_checkpoint(files, directory_);
    causes_ = failure_causes(read_journal(files, directory_.run() / "journal.jsonl"));
  } catch (const Error&) {
  }
  gone_ = launcher_gone(status_, directory_, std::time(nullptr));
}

Watched Look::watched() const {
  return {name_, status_, losses_, checkpoint_, causes_, gone_, std::time(nullptr)};
}

std::string Look::line() const {
  if (!status_) return gone_ ? "no launcher is running" : "its launcher has written no status yet";
  std::string text = progress_line(status_->snapshot);
  for (const auto& cause : causes_lines(causes_, /*most=*/10)) text += " | failed " + cause;
  return text + (gone_ ? " | no launcher is running" : "");
}

int code_of(const SummaryHead& head) {
  if (head.status == "done") return 0;
  return static_cast<int>(head.status == "stopped" ? ErrorKind::interrupted : ErrorKind::study);
}

std::string end_text(const SummaryHead& head) {
  return "the study has ended: " + head.status + (head.reason.empty() ? "" : ": " + head.reason);
}

}  // namespace weir
