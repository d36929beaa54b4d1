#include "launcher/schedulers/local.h"

#include <thread>

#include <signal.h>
#include <unistd.h>

namespace weir {
namespace {

bool under_mpirun(const JobRequest& request) {
  return request.launch == Launch::mpirun ||
         (request.launch == Launch::automatic && request.ranks > 1);
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

}  // namespace

std::vector<std::string> local_command(const JobRequest& request) {
  if (!under_mpirun(request)) return request.command;
  // Several jobs share the machine: each mpirun would count its slots, and bind its ranks to the
  // first cores, alone.
  std::vector<std::string> command = {"mpirun",          "-n",        std::to_string(request.ranks),
                                      "--oversubscribe", "--bind-to", "none"};
  command.insert(command.end(), request.command.begin(), request.command.end());
  return command;
}

JobId LocalScheduler::submit(const JobRequest& request) {
  auto process = Process::spawn({.command = local_command(request),
                                 .environment = local_environment(request),
                                 .directory = request.directory,
                                 .log = request.log});
  JobId id = std::to_string(process.pid());
  jobs_.insert_or_assign(id, Job{.process = std::move(process)});
  return id;
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
  const auto end = job.process.poll();
  if (!end) {
    if (job.cancelled && !job.killed && clock_.now() >= job.kill_at) {
      job.process.kill_tree();
      job.killed = true;
    }
    return {.state = JobState::running, .reason = "", .exit_code = {}};
  }
  const JobState state = job.cancelled ? JobState::cancelled
                         : end->ok()   ? JobState::done
                                       : JobState::failed;
  return {.state = state,
          .reason = end->describe(),
          .exit_code = end->signal == 0 ? std::optional(end->exit_code) : std::nullopt};
}

void LocalScheduler::cancel(const JobId& id) {
  const auto job = jobs_.find(id);
  if (job == jobs_.end() || job->second.cancelled) return;
  job->second.cancelled = true;
  job->second.kill_at = clock_.now() + grace_;
  job->second.process.signal_group(SIGTERM);
}

void LocalScheduler::kill(const JobId& id) {
  const auto job = jobs_.find(id);
  if (job == jobs_.end()) return;
  job->second.cancelled = job->second.killed = true;
  job->second.process.kill_tree();
}

std::string LocalScheduler::explain() const {
  return "local: children of this process, " + std::to_string(std::thread::hardware_concurrency()) +
         " cores";
}

}  // namespace weir
