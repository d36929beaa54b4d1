#include "launcher/schedulers/slurm_queue.h"

#include <algorithm>
#include <utility>

#include "src/core/error.h"

namespace weir {
namespace {

constexpr Duration deadline = std::chrono::seconds(30);
constexpr Duration longest_distance = std::chrono::seconds(60);

}  // namespace

SlurmQueue::SlurmQueue(std::string mark, Duration every, CommandRunner& commands,
                       const Clock& clock)
    : mark_(std::move(mark)),
      every_(every),
      commands_(commands),
      clock_(clock),
      next_(clock.now()),
      distance_(every) {}

std::optional<CommandResult> SlurmQueue::run(const std::vector<std::string>& command) {
  try {
    auto result = commands_.run(command, deadline);
    if (!result.ok()) failure_ = command[0] + ": " + result.describe();
    silent_ |= result.timed_out;
    return result;
  } catch (const Error& error) {
    failure_ = error.what();
    return std::nullopt;
  }
}

std::optional<std::vector<QueueLine>> SlurmQueue::ask() {
  const auto result = run(squeue_command());
  silent_ = !result || !result->ok();
  distance_ = silent_ ? std::min(distance_ * 2, std::max(longest_distance, every_)) : every_;
  next_ = clock_.now() + distance_;
  if (silent_) return std::nullopt;
  auto lines = parse_queue(result->out);
  std::erase_if(lines, [&](const QueueLine& line) { return line.comment != mark_; });
  return lines;
}

std::optional<JobReport> SlurmQueue::remembered(const JobId& job) {
  if (const auto result = run(scontrol_command(job)); result && result->ok())
    if (const auto report = parse_scontrol(result->out)) return report;
  if (no_accounting_) return std::nullopt;
  const auto result = run(sacct_command(job));
  no_accounting_ = !result || (!result->ok() && !result->timed_out &&
                               result->err.find("disabled") != std::string::npos);
  return result && result->ok() ? parse_sacct(result->out) : std::nullopt;
}

bool SlurmQueue::scancel(const std::vector<JobId>& jobs) {
  const auto result = run(scancel_command(jobs));
  return result && result->ok();
}

}  // namespace weir
