#include "launcher/schedulers/steps.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <utility>

#include "launcher/schedulers/batch_script.h"
#include "launcher/schedulers/job_file.h"
#include "launcher/schedulers/launch_command.h"
#include "launcher/schedulers/slurm_commands.h"
#include "src/core/error.h"

namespace weir {
namespace {

constexpr Duration deadline = std::chrono::seconds(30);  // of a command
constexpr Duration grace = std::chrono::seconds(5);      // from a cancellation to the kill

std::string this_allocation() {
  const char* job = std::getenv("SLURM_JOB_ID");
  if (job == nullptr || *job == '\0')
    throw Error(ErrorKind::environment,
                "the scheduler \"slurm-steps\" runs steps of the Slurm job that it is in, and "
                "SLURM_JOB_ID is not set; start weir in a batch script of sbatch, or under salloc");
  return job;
}

}  // namespace

std::vector<std::string> step_command(const JobRequest& request, const JobResources& resources) {
  const bool one = request.launch == Launch::mpirun;
  const auto tasks = one ? 1 : request.ranks;
  const auto cores = resources.cores_per_rank * (one ? request.ranks : 1);
  std::vector<std::string> words = {"srun", "--job-name=" + request.name,
                                    "--ntasks=" + std::to_string(tasks),
                                    "--cpus-per-task=" + std::to_string(cores),
                                    // Only what it asks for: other steps run beside it.
                                    "--exact", "--kill-on-bad-exit=1"};
  const auto add = [&](const std::string& option, const std::string& value) {
    if (!value.empty()) words.push_back(option + value);
  };
  if (resources.nodes > 0) add("--nodes=", std::to_string(resources.nodes));
  // Without a figure a step would take all memory of its job, and the next would wait.
  add("--mem=", resources.memory_mib > 0 ? std::to_string(resources.memory_mib) + "M" : "0");
  add("--gres=", resources.accelerators);
  add("--constraint=", resources.constraint);
  add("--mpi=", one ? "none" : resources.mpi);
  words.insert(words.end(), resources.options.begin(), resources.options.end());
  words.push_back("--");
  const auto program = sheltered(one ? launch_command(request) : request.command);
  words.insert(words.end(), program.begin(), program.end());
  return words;
}

StepsScheduler::StepsScheduler(const Study& study, const StudyDirectory& directory,
                               CommandRunner& commands, FileSystem& files, const Clock& clock)
    : study_(study),
      directory_(directory),
      commands_(commands),
      files_(files),
      clock_(clock),
      allocation_(this_allocation()),
      local_(clock, directory.root, grace) {
  check_options(study.launcher, unfit_option);
  write_batch_scripts(files, directory_, study.launcher);
}

JobId StepsScheduler::submit(const JobRequest& request) {
  const auto file = job_file_path(directory_, request.name);
  auto step = request;
  step.command = step_command(request, resources_of(study_.launcher, request.role));
  step.launch = Launch::direct;
  write_job_file(files_, file, step);
  const auto id = local_.submit({.name = request.name,
                                 .role = request.role,
                                 .command = {batch_script_path(directory_).string(),
                                             setup_path(directory_, request.role).string(),
                                             job_program().string(), file.string()},
                                 .ranks = 1,
                                 .launch = Launch::direct,
                                 .environment = {},
                                 .log = directory_.jobs() / (request.name + ".out"),
                                 .directory = directory_.root});
  names_[id] = request.name;
  return id;
}

std::map<JobId, JobReport> StepsScheduler::poll() {
  end_stubborn();
  auto reports = local_.poll();
  for (auto& [id, report] : reports) {
    if (!has_ended(report.state)) continue;
    report = explained(files_, job_file_path(directory_, names_.at(id)), std::move(report));
    names_.erase(id);
    kill_at_.erase(id);
  }
  if (!far_.empty() && clock_.now() >= next_look_) look_far();
  for (const auto& [id, job] : far_)
    reports[id] = {.state = JobState::running, .reason = "", .exit_code = {}};
  reports.merge(std::exchange(far_ends_, {}));
  return reports;
}

// ---- steps of a launcher on another node

/// Nothing: it failed, hung or is not there.
std::optional<CommandResult> StepsScheduler::run(const std::vector<std::string>& command) {
  try {
    auto result = commands_.run(command, deadline);
    return result.ok() ? std::optional(std::move(result)) : std::nullopt;
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::optional<StepsScheduler::Steps> StepsScheduler::living_steps() {
  const auto result =
      run({"squeue", "--steps", "--noheader", "--jobs=" + allocation_, "--format=%i|%j"});
  if (!result) return std::nullopt;
  Steps steps;
  std::istringstream lines(result->out);
  for (std::string line; std::getline(lines, line);)
    if (const auto bar = line.find('|'); bar != std::string::npos)
      steps[line.substr(bar + 1)] = line.substr(0, bar);
  return steps;
}

std::map<std::string, JobId> StepsScheduler::find(const std::vector<std::string>& names) {
  auto found = local_.find(names);
  for (const auto& [name, id] : found) names_[id] = name;
  const auto steps = living_steps();
  if (!steps)
    throw Error(ErrorKind::environment,
                "squeue does not answer, and without it nobody knows which steps of job " +
                    allocation_ + " live; try again when it does");
  for (const auto& name : names) {
    const auto step = steps->find(name);
    if (step == steps->end() || found.contains(name)) continue;
    far_[step->second] = {.name = name};
    found[name] = step->second;
  }
  return found;
}

void StepsScheduler::look_far() {
  next_look_ = clock_.now() + std::chrono::duration_cast<Duration>(Seconds(study_.launcher.poll));
  const auto steps = living_steps();
  if (!steps) return;
  std::erase_if(far_, [&](const auto& job) {
    if (steps->contains(job.second.name)) return false;
    far_ends_[job.first] = end_of(job.second);
    return true;
  });
}

JobReport StepsScheduler::end_of(const Far& job) {
  if (job.cancelled) return {.state = JobState::cancelled, .reason = "cancelled", .exit_code = {}};
  return explained(
      files_, job_file_path(directory_, job.name),
      {.state = JobState::lost, .reason = "its step ended without a word", .exit_code = {}});
}

// ---- the end of jobs

void StepsScheduler::cancel(const JobId& id) {
  if (const auto far = far_.find(id); far != far_.end()) {
    far->second.cancelled = true;
    scancel(id, "TERM");
  } else if (names_.contains(id)) {
    kill_at_.try_emplace(id, clock_.now() + grace);
    local_.cancel(id);
  }
}

void StepsScheduler::kill(const JobId& id) {
  if (const auto far = far_.find(id); far != far_.end()) {
    far->second.cancelled = true;
    scancel(id, "KILL");
  } else if (names_.contains(id)) {
    kill_step(id);
    local_.kill(id);
  }
}

/// An srun that is killed leaves its ranks on other nodes alone; Slurm reaches them.
void StepsScheduler::end_stubborn() {
  for (auto job = kill_at_.begin(); job != kill_at_.end();) {
    const bool due = clock_.now() >= job->second;
    if (due) kill_step(job->first);
    job = due ? kill_at_.erase(job) : std::next(job);
  }
}

void StepsScheduler::kill_step(const JobId& id) {
  const auto steps = living_steps();
  const auto step = steps ? steps->find(names_.at(id)) : Steps::const_iterator();
  if (steps && step != steps->end()) scancel(step->second, "KILL");
}

void StepsScheduler::scancel(const std::string& step, const char* signal) {
  run({"scancel", "--quiet", std::string("--signal=") + signal, step});
}

std::string StepsScheduler::explain() const {
  return "slurm-steps: steps of Slurm job " + allocation_;
}

}  // namespace weir
