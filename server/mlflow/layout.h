#pragma once
// MLflow's file store: names, limits and the text of its files. Verified versions:
// docs/trackers.md.
//
//   STORE/EXPERIMENT/meta.yaml
//   STORE/EXPERIMENT/RUN/meta.yaml
//   STORE/EXPERIMENT/RUN/metrics/NAME    a line a value: milliseconds since 1970, value, step
//   STORE/EXPERIMENT/RUN/params/NAME, tags/NAME    one value, no line end
//   STORE/EXPERIMENT/RUN/artifacts/      any files
//
// A '/' in a name makes folders.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::mlflow {

constexpr std::size_t longest_name = 250, longest_parameter = 6000;  ///< bytes

enum class RunStatus { running = 1, finished = 3, failed = 4, killed = 5 };

struct ExperimentMeta {
  std::string id, name;
  std::filesystem::path folder;  ///< of the experiment, absolute
  std::int64_t created = 0;      ///< milliseconds since 1970
};
std::string to_yaml(const ExperimentMeta& experiment);

struct RunMeta {
  std::string id, experiment, name, user;
  std::filesystem::path folder;  ///< of the run, absolute
  RunStatus status = RunStatus::running;
  std::int64_t start = 0;  ///< milliseconds since 1970
  std::optional<std::int64_t> end{};
};
std::string to_yaml(const RunMeta& run);

/// The value of a key of a meta.yaml that MLflow or weir wrote: a scalar on one line. Nothing when
/// it is not there.
std::optional<std::string> yaml_value(std::string_view yaml, std::string_view key);

/// With its line end. `value` may be NaN or infinite.
std::string metric_line(std::int64_t time, double value, std::size_t step);
/// The whole lines of a metric's file whose step is at most `last`.
std::string lines_up_to(std::string_view lines, std::size_t last);

/// A line for each value: that of `lines` with its step where there is one, else one with this
/// time.
std::string lines_of(const std::vector<std::pair<std::size_t, double>>& values,
                     std::string_view lines, std::int64_t time);

/// At most so many bytes of it, no character cut in two.
std::string shortened(std::string_view text, std::size_t most);

/// "file:///…" of an absolute path.
std::string file_uri(const std::filesystem::path& path);

/// Of an experiment that is not there yet: 18 digits, the same for the same name, so that studies
/// that start at the same time find each other. `attempt`: 0, and further ones while the number is
/// taken.
std::string experiment_id(std::string_view name, std::uint64_t attempt);
/// 32 hexadecimal digits that the system's generator drew.
std::string random_run_id();

}  // namespace weir::mlflow
