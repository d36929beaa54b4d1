#pragma once
// What launcher and pilot tell each other: two small files a pilot, each written by one side only.
// docs/formats.md describes them, docs/decisions/0008 why they are files.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "launcher/schedulers/scheduler.h"
#include "src/core/file_system.h"
#include "src/core/study_directory.h"

namespace weir {

/// Where the files of a pool lie: D/run/pool.
struct PoolFolder {
  std::filesystem::path root;

  explicit PoolFolder(const StudyDirectory& directory) : root(directory.run() / "pool") {}
  std::filesystem::path pilot(const std::string& name) const { return root / name; }
  std::filesystem::path orders(const std::string& pilot) const { return root / pilot / "orders"; }
  std::filesystem::path state(const std::string& pilot) const { return root / pilot / "state"; }
};

/// What the launcher wants of the task that it gave last.
enum class TaskWish { run, cancel, kill };
/// When a pilot is to end. now: it kills what it runs; it was given up.
enum class PilotLeave { stay, when_free, now };

/// Written by the launcher. A pilot runs task `number` when that is above the one it ran last.
struct PilotOrders {
  std::uint64_t number = 0;  ///< of tasks given to this pilot; 0: none so far
  std::string name{};        ///< of task `number`'s job, whose file is job_file_path()'s
  TaskWish wish = TaskWish::run;
  PilotLeave leave = PilotLeave::stay;
  double idle = 60;        ///< seconds without news in this file after which a free pilot ends
  double time_limit = 0;   ///< seconds that the pilot's job may run; 0: not known
  std::uint64_t word = 0;  ///< counts the signs of life of a launcher that has nothing to do yet
  bool operator==(const PilotOrders&) const = default;
};

enum class PilotPhase {
  absent,  ///< its job has not begun
  free,
  running,  ///< task `number`
  gone,     ///< it takes nothing any more
};

/// Written by the pilot; by the launcher once, before the pilot's job is submitted.
struct PilotState {
  std::uint64_t number = 0;  ///< the task it took last
  PilotPhase phase = PilotPhase::absent;
  std::optional<JobReport> end{};        ///< of task `number`, once it has ended
  std::optional<double> seconds_left{};  ///< until its job's time limit, when this was written
  std::string host{};
};

/// Both replace the file at once, mode 0600, without waiting for the device: a machine that crashes
/// takes the pilot or the launcher with it. Error{environment}: it cannot be written.
void write_orders(FileSystem& files, const std::filesystem::path& path, const PilotOrders& orders);
void write_state(FileSystem& files, const std::filesystem::path& path, const PilotState& state);

/// Nothing while the file cannot be read or is damaged: the next look may find it whole.
std::optional<PilotOrders> read_orders(FileSystem& files, const std::filesystem::path& path);
std::optional<PilotState> read_state(FileSystem& files, const std::filesystem::path& path);

}  // namespace weir
