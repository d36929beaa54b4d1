#include "launcher/schedulers/local.h"

#include <algorithm>
#include <iterator>
#include <thread>
#include <tuple>

#include <signal.h>
#include <unistd.h>

#include "launcher/schedulers/launch_command.h"
#include "src/core/planted_bug.h"

namespace weir {
namespace {

constexpr const char* mark_variable = "WEIR_JOB";

bool under_mpirun(const JobRequest& request) {
  if (request.launch != Launch::automatic) return request.launch != Launch::direct;
  return request.ranks > 1 || request.role == JobRole::server;
}

std::map<std::string, std::string> local_environment(const JobRequest& request) {
  auto environment = request.environment;
  if (geteuid() ==
      0) {  // containers run as root, and Open MPI refuses that unless it is told twice
    environment.emplace("OMPI_ALLOW_RUN_AS_ROOT", "1");
    environment.emplace("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1");
  }
  return environment;
}

using Marked = std::multimap<std::string, ProcessStat>;

/// The process that a job began with: the oldest one, and among those of one clock tick the one
/// whose parent is none of them.
std::optional<ProcessId> first_process(const Marked& marked, const std::string& mark) {
  const auto [begin, end] = marked.equal_range(mark);
  const auto is_child = [&, begin = begin, end = end](const ProcessStat& one) {
    return std::any_of(begin, end,
                       [&](const auto& other) { return other.second.id.pid == one.parent; });
  };
  const auto first = std::min_element(begin, end, [&](const auto& left, const auto& right) {
    return std::tuple(left.second.id.started, is_child(left.second), left.second.id.pid) <
           std::tuple(right.second.id.started, is_child(right.second), right.second.id.pid);
  });
  return first == end ? std::nullopt : std::optional(first->second.id);
}

}  // namespace

std::vector<std::string> local_command(const JobRequest& request) {
  if (!under_mpirun(request)) return request.command;
  // Several jobs share the machine: each mpirun would count its slots, and bind its ranks to the
  // first cores, alone.
  std::vector<std::string> command = {"mpirun",          "-n",        std::to_string(request.ranks),
                                      "--oversubscribe", "--bind-to", "none"};
  const auto program = sheltered(request.command);
  command.insert(command.end(), program.begin(), program.end());
  return command;
}

LocalScheduler::LocalScheduler(const Clock& clock, const std::filesystem::path& study,
                               Duration grace)
    : clock_(clock), study_(std::filesystem::canonical(study).string()), grace_(grace) {}

JobId LocalScheduler::submit(const JobRequest& request) {
  const auto mark = mark_of(request.name);
  auto environment = local_environment(request);
  environment[mark_variable] = mark;
  auto process = Process::spawn({.command = local_command(request),
                                 .environment = std::move(environment),
                                 .directory = request.directory,
                                 .log = request.log});
  JobId id = std::to_string(process.pid());
  jobs_.insert_or_assign(id, Job{.mark = mark, .child = std::move(process), .end = {}});
  return id;
}

std::map<std::string, JobId> LocalScheduler::find(const std::vector<std::string>& names) {
  const auto marked = processes_marked(mark_variable);
  std::map<std::string, JobId> result;
  for (const auto& name : names) {
    const auto mark = mark_of(name);
    const auto first = first_process(marked, mark);
    if (!first) continue;
    const auto id = std::to_string(first->pid);
    jobs_.try_emplace(id, Job{.mark = mark, .child = {}, .found = *first, .end = {}});
    result.emplace(name, id);
  }
  return result;
}

std::map<JobId, JobReport> LocalScheduler::poll() {
  std::map<JobId, JobReport> reports;
  for (auto job = jobs_.begin(); job != jobs_.end();) {
    const auto& now = reports[job->first] = report(job->second);
    job = has_ended(now.state) ? jobs_.erase(job) : std::next(job);
  }
  return reports;
}

JobReport LocalScheduler::report(Job& job) {
  const JobReport running = {.state = JobState::running, .reason = "", .exit_code = {}};
  if (!job.end) job.end = end_of(job);
  if (!job.end) {
    if (job.cancelled && !job.killed && clock_.now() >= job.kill_at) kill_all(job);
    return running;
  }
  // Ranks whose mpirun was killed, or a background process of a script: a new attempt must not meet
  // them. They are counted as gone when they are, not when they were told to.
  const bool clean = job.end->state == JobState::done || WEIR_BUG("orphan_left");
  return clean || nothing_left(job) ? *job.end : running;
}

bool LocalScheduler::nothing_left(Job& job) {
  kill_marked(job);
  std::erase_if(job.dying, [](const ProcessId& process) { return !process_lives(process); });
  return job.dying.empty();
}

std::optional<JobReport> LocalScheduler::end_of(Job& job) {
  if (!job.child) {
    if (process_lives(job.found)) return std::nullopt;
    return JobReport{.state = job.cancelled ? JobState::cancelled : JobState::lost,
                     .reason = "it has ended, how is not known: an earlier launcher started it",
                     .exit_code = {}};
  }
  const auto end = job.child->poll();
  if (!end) return std::nullopt;
  auto report = report_of(*end);
  if (job.cancelled) report.state = JobState::cancelled, report.cause = JobCause::none;
  return report;
}

void LocalScheduler::kill_all(Job& job) {
  job.killed = true;
  kill_marked(job);
  if (job.child) job.child->kill_tree();
}

void LocalScheduler::kill_marked(Job& job) {
  const auto marked = processes_marked(mark_variable);
  const auto [begin, end] = marked.equal_range(job.mark);
  for (auto process = begin; process != end; ++process) {
    // A process that dies has no environment any more before it is gone, so it is remembered.
    job.dying.insert(process->second.id);
    signal_process(process->second.id, SIGKILL);
  }
}

void LocalScheduler::cancel(const JobId& id) {
  const auto found = jobs_.find(id);
  if (found == jobs_.end() || found->second.cancelled) return;
  Job& job = found->second;
  job.cancelled = true;
  job.kill_at = clock_.now() + grace_;
  if (job.child)
    job.child->signal_group(SIGTERM);
  else
    signal_process(job.found, SIGTERM, /*group=*/true);
}

void LocalScheduler::kill(const JobId& id) {
  const auto job = jobs_.find(id);
  if (job == jobs_.end()) return;
  job->second.cancelled = true;
  kill_all(job->second);
}

std::string LocalScheduler::explain() const {
  return "local: children of this process, " + std::to_string(std::thread::hardware_concurrency()) +
         " cores";
}

}  // namespace weir
