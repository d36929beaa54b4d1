#pragma once
// What a look at a study that goes on finds.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "launcher/display/loss_history.h"
#include "launcher/display/watch_view.h"
#include "launcher/records/newest_checkpoint.h"
#include "launcher/records/status_file.h"
#include "launcher/run/outcome.h"
#include "src/core/study_directory.h"

namespace weir {

/// Used by one thread. A file that is being replaced is as it was before.
class Look {
 public:
  /// Errors: those of load_study.
  explicit Look(StudyDirectory directory);

  /// Throws nothing.
  void look();

  const StudyDirectory& directory() const { return directory_; }
  const std::optional<SummaryHead>& ended() const { return ended_; }
  bool gone() const { return gone_; }
  /// A summary of an earlier launcher is there as well while a later one goes on.
  bool over() const { return ended_ && (gone_ || (status_ && status_->phase == "ended")); }
  /// Changes with every sign of life.
  std::pair<std::int64_t, std::uint64_t> pulse() const {
    return {status_ ? status_->time : 0, losses_.bytes()};
  }
  /// Good until the next look.
  Watched watched() const;
  std::string line() const;

 private:
  StudyDirectory directory_;
  std::string name_;
  LossHistory losses_;
  std::optional<SummaryHead> ended_;
  std::optional<LauncherStatus> status_;
  std::optional<PublishedCheckpoint> checkpoint_;
  std::vector<std::pair<std::string, std::size_t>> causes_;
  bool gone_ = false;
};

/// 0, 1 or 130, as `weir run` of the study had it.
int code_of(const SummaryHead& head);

/// "the study has ended: done"
std::string end_text(const SummaryHead& head);

}  // namespace weir
