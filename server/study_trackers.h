#pragma once
// What records a training beside its results: metrics.jsonl, TensorBoard's files and, when the
// study asks for it, a run of MLflow.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "server/evaluation/evaluation.h"
#include "server/metrics/event_folder.h"
#include "server/metrics/metrics.h"
#include "server/mlflow/tracker.h"
#include "server/summary.h"
#include "src/core/file_system.h"
#include "src/core/study_directory.h"
#include "src/study/study.h"

namespace weir {

/// Of rank 0. Nothing of it throws: a tracker that cannot be written is no reason to stop, and
/// `warning` is told once of each; it may be called by another thread. Used by one thread, the
/// trainer's. `files` outlives it.
class StudyTrackers {
 public:
  StudyTrackers(FileSystem& files, const StudyDirectory& directory, const Study& study,
                std::uint64_t epoch, std::function<void(const std::string&)> warning);

  Metrics& metrics() { return *metrics_; }
  /// After metrics() was rolled back, if it is, and before the first record.
  void start();
  /// After the last record; takes half a minute at most. `evaluation` may be null. `alive` is
  /// called again and again.
  void end(const Summary& summary, const Evaluation* evaluation,
           const std::function<void()>& alive) noexcept;
  /// The study goes on with another server: writes what there is.
  void pause() noexcept;

 private:
  void try_to(const char* what, const std::function<void()>& action) const noexcept;
  mlflow::RunEnd run_end(const Summary& summary, std::vector<TaggedPicture> pictures) const;

  FileSystem& files_;
  const StudyDirectory directory_;
  const Study study_;
  const std::function<void(const std::string&)> warning_;
  EventFolder events_;
  std::unique_ptr<Metrics> files_metrics_;
  std::unique_ptr<mlflow::Tracker> mlflow_;  ///< null: not asked for
  std::unique_ptr<Metrics> metrics_;         ///< passes on to the two above
};

}  // namespace weir
