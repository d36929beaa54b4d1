#pragma once
// Records on their way to MLflow: the trainer hands them over, a thread of their own writes them.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "server/metrics/metrics.h"
#include "server/mlflow/run_folder.h"
#include "src/core/clock.h"

namespace weir::mlflow {

/// Metrics are "train/loss", those of a field "validation/u.mse"; MLflow has no histograms. Used by
/// one thread, whom no file keeps waiting: what cannot be written is tried again every ten seconds,
/// and `warning` is told once, by either thread. More than 16 MiB that wait are dropped.
class Tracker final : public Metrics {
 public:
  Tracker(RunFolder run, std::function<void(const std::string&)> warning);
  /// Waits as finish() does, for half a minute.
  ~Tracker() override;

  void record(std::string_view kind, std::size_t step,
              const std::vector<std::pair<std::string, double>>& values) override;
  void record_fields(std::string_view kind, std::size_t step,
                     const std::vector<std::pair<std::string, double>>& values,
                     const std::vector<FieldRecord>& fields) override;
  void histogram(std::string_view, std::size_t, const std::vector<double>&) override {}
  void flush() override {}
  void roll_back(const MetricsMark& mark) override;  ///< before start()
  std::size_t dropped() const override;              ///< records

  /// Begins to write, once. Records may come before.
  void start();
  /// Writes what is left, then `end`; without one the run is left running, for a server to come.
  /// Gives up after `at_most`, and tells `warning`. `alive` is called again and again meanwhile.
  /// Nothing is recorded afterwards.
  void finish(std::optional<RunEnd> end, Duration at_most, const std::function<void()>& alive);

 private:
  struct Shared;

  // The thread has a share of its own: one that hangs in the file system is left behind.
  const std::shared_ptr<Shared> shared_;
  std::thread thread_;
};

}  // namespace weir::mlflow
