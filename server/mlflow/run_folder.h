#pragma once
// One run in MLflow's file store.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/metrics/metrics.h"
#include "server/metrics/settings.h"
#include "server/mlflow/layout.h"
#include "src/core/file_system.h"

namespace weir::mlflow {

struct RunPlan {
  Path store;               ///< absolute; made when missing
  std::string experiment;   ///< its name; made when missing
  std::string name;         ///< of the run
  Path study;               ///< the study directory
  Path note;                ///< file that remembers the run for the servers to come
  Path records;             ///< metrics.jsonl
  std::uint64_t epoch = 0;  ///< of this server: a later one takes the run over
  Settings settings;
};

/// A file of the run's artifacts: a link to one that is there, or a copy of it, or these bytes.
struct Artifact {
  std::string name;  ///< may have folders, "model/card.json"
  Path from;         ///< empty: `bytes`
  std::string bytes;
};

struct RunEnd {
  RunStatus status = RunStatus::finished;
  std::string reason;  ///< shown as the run's description when it is not empty
  std::vector<Artifact> artifacts;
};

/// Lines by metric, see metric_line().
using MetricLines = std::map<std::string, std::string>;

/// Every call throws Error{environment} when a file cannot be written or read, and can be repeated
/// then. MLflow sees nothing half-written: but for metrics, which are appended to line by line,
/// each file is written elsewhere and renamed. Files 0600, folders 0700. Not thread-safe; `files`
/// outlives it.
class RunFolder {
 public:
  RunFolder(FileSystem& files, RunPlan plan, std::function<std::string()> new_id = random_run_id);

  /// Before all else. `goes_on_from`: the run that the note names goes on with the metrics that
  /// metrics.jsonl had then, whatever an earlier server has written, or not any more: those that it
  /// has not bear the time at which this was made. Nothing, or no such run in the store and the
  /// experiment: a new one.
  void open(const std::optional<MetricsMark>& goes_on_from);
  /// What has been written is taken out of `lines`, also when one fails. Once a later server has
  /// taken over, lines go nowhere.
  void append(MetricLines& lines);
  /// Artifacts of more than 64 MiB that cannot be linked stay where they are.
  void end(const RunEnd& end);

 private:
  bool find(const MetricsMark& goes_on_from);
  bool taken_over();
  std::string find_experiment();
  void make_experiment();
  void make_run();
  void put_parameters();
  void roll_back(const MetricsMark& mark);
  void append(const std::string& metric, const std::string& lines);
  void mend(const Path& file, std::uint64_t size);
  void put(const Path& file, const std::string& bytes);
  void put_artifact(const Artifact& artifact);
  void write_note();
  void write_meta();
  Path folder() const { return plan_.store / experiment_ / meta_.id; }

  FileSystem& files_;
  const RunPlan plan_;
  const std::function<std::string()> new_id_;
  const std::int64_t made_at_;  ///< milliseconds since 1970; before any record of this server
  std::string experiment_;      ///< its number
  RunMeta meta_;
  std::string made_;                       ///< the number of a run that this has begun to make
  std::map<Path, std::uint64_t> damaged_;  ///< metrics whose end is to be cut off
};

}  // namespace weir::mlflow
