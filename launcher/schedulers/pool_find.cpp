// What a later launcher finds of the pool of an earlier one.

#include <algorithm>
#include <charconv>

#include "launcher/schedulers/job_file.h"
#include "launcher/schedulers/pool.h"
#include "src/core/error.h"

namespace weir {

/// Their numbers are not used again.
std::vector<std::string> PoolScheduler::former_pilots() {
  std::vector<std::string> pilots;
  for (const auto& name : files_.list(folder_.root)) {
    if (!name.starts_with(settings_.prefix)) continue;
    std::uint64_t number = 0;
    std::from_chars(name.data() + settings_.prefix.size(), name.data() + name.size(), number);
    last_number_ = std::max(last_number_, number);
    if (!pilots_.contains(name)) pilots.push_back(name);
  }
  return pilots;
}

std::map<std::string, JobId> PoolScheduler::find(const std::vector<std::string>& names) {
  const auto pilots = former_pilots();
  auto question = names;
  question.insert(question.end(), pilots.begin(), pilots.end());
  auto found = base_.find(question);
  for (const auto& pilot : pilots) {
    const auto job = found.extract(pilot);
    adopt(pilot, job.empty() ? JobId() : job.mapped(), names);
  }
  for (const auto& name : names) {
    if (!tasks_.contains(name) && files_.exists(job_file_path(directory_, name)) &&
        !found.contains(name)) {
      tasks_.emplace(name, Task());
      waiting_.push_back(name);
    }
    if (tasks_.contains(name)) found[name] = name;
  }
  return found;
}

/// What a pilot that has ended was running, or was to run, is settled by the next poll().
void PoolScheduler::adopt(const std::string& name, const JobId& job,
                          const std::vector<std::string>& names) {
  const auto orders = read_orders(files_, folder_.orders(name));
  if (!orders && job.empty()) return;  // its launcher died before it was submitted
  if (!orders)
    throw Error(ErrorKind::environment, "cannot read the orders of a pilot that runs, " +
                                            folder_.orders(name).string() +
                                            "; mend the file system, or end job " + job);
  const bool asked = std::find(names.begin(), names.end(), orders->name) != names.end();
  if (job.empty() && !asked) return;
  auto pilot = PoolPilot::found(files_, folder_, name, *orders);
  pilot.job = job;
  pilot.since = clock_.now();
  pilot.look(clock_.now());
  // One that ended or went without having taken its task may have had it taken back for another.
  const bool may_take = !job.empty() && pilot.state().phase != PilotPhase::gone;
  const bool holds = asked && (may_take || pilot.took());
  if (holds) tasks_[orders->name] = {.pilot = name, .cancelled = false, .end = {}};
  if (job.empty())
    lost_[name] = {.state = JobState::lost, .reason = "nobody saw how", .exit_code = {}};
  pilots_.emplace(name, std::move(pilot));
}

}  // namespace weir
