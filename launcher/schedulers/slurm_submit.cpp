#include "launcher/schedulers/slurm_submit.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "launcher/schedulers/batch_script.h"
#include "launcher/schedulers/job_file.h"
#include "launcher/schedulers/launch_command.h"
#include "src/core/error.h"
#include "src/core/failpoint.h"

namespace weir {
namespace {

constexpr Duration sbatch_deadline = std::chrono::seconds(60);

// The controller is away, or busy. Whether it took the job is not known.
constexpr std::array<std::string_view, 8> no_answers = {"Unable to contact slurm controller",
                                                        "Socket timed out",
                                                        "Zero Bytes were transmitted",
                                                        "Connection refused",
                                                        "standby mode",
                                                        "Connection reset",
                                                        "Transport endpoint",
                                                        "temporarily unable to accept"};

// Limits on how many jobs may be queued: they pass when others have ended.
constexpr std::array<std::string_view, 3> full_queues = {"MaxSubmitJob", "MaxSubmitJobs",
                                                         "MaxJobsPerUser"};

template <std::size_t n>
bool has_any(const std::string& text, const std::array<std::string_view, n>& parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return text.find(part) != std::string::npos; });
}

}  // namespace

std::vector<JobId> job_ids(const JobId& number, std::size_t count) {
  if (count == 1) return {number};
  std::vector<JobId> jobs;
  for (std::size_t task = 0; task < count; ++task)
    jobs.push_back(number + "_" + std::to_string(task));
  return jobs;
}

SbatchAnswer sbatch_answer(const CommandResult& result, std::size_t count) {
  using enum SbatchAnswer::Kind;
  const std::string text = "sbatch: " + result.describe();
  if (result.timed_out || result.exit_code >= 128 || has_any(result.err, no_answers))
    return {.kind = unknown, .jobs = {}, .text = text};
  if (result.exit_code != 0)
    return {.kind = has_any(result.err, full_queues) ? later : refused, .jobs = {}, .text = text};
  const auto number = parse_job_number(result.out);
  if (!number)
    return {.kind = unknown, .jobs = {}, .text = "sbatch printed no job number: " + result.out};
  return {.kind = taken, .jobs = job_ids(*number, count), .text = ""};
}

SlurmSubmitter::SlurmSubmitter(const Study& study, StudyDirectory directory, std::string mark,
                               SlurmWaves& waves, CommandRunner& commands, FileSystem& files)
    : study_(study),
      directory_(std::move(directory)),
      mark_(std::move(mark)),
      waves_(waves),
      commands_(commands),
      files_(files) {
  check_options(study.launcher, unfit_option);
  write_batch_scripts(files, directory_, study.launcher);
}

const JobResources& SlurmSubmitter::resources(JobRole role) const {
  return resources_of(study_.launcher, role);
}

/// Under Slurm ranks are started by srun unless the study says otherwise.
void SlurmSubmitter::write_file(const JobRequest& request) const {
  const auto& wanted = resources(request.role);
  auto job = request;
  const bool has_ranks = job.ranks > 1 || job.role == JobRole::server;
  // Slurm ends a server's job for its own reasons, and another goes on; `weir stop` ends the study.
  if (job.role == JobRole::server) job.command.push_back("--successor");
  if (job.launch == Launch::automatic) job.launch = has_ranks ? Launch::srun : Launch::direct;
  job.command = launch_command(job, {.cores_per_rank = wanted.cores_per_rank, .mpi = wanted.mpi});
  job.launch = Launch::direct;
  write_job_file(files_, job_file_path(directory_, job.name), job);
}

std::string SlurmSubmitter::add_wave(const std::vector<JobRequest>& requests) {
  std::vector<std::string> names;
  for (const auto& request : requests) names.push_back(request.name);
  return waves_.add(names);
}

SbatchRequest SlurmSubmitter::sbatch_request(const std::vector<JobRequest>& requests) {
  const auto& first = requests.front();
  const bool single = requests.size() == 1;
  const auto name = single ? first.name : add_wave(requests);
  const auto file = job_file_path(directory_, name);
  const auto& launcher = study_.launcher;
  const double limit = resources(first.role).time_limit;
  const bool warned = first.role == JobRole::server && (limit == 0 || launcher.warning < limit);
  return {.name = name,
          .comment = mark_,
          .role = first.role,
          .ranks = first.ranks,
          .tasks = single ? 0 : requests.size(),
          .output = single ? first.log : directory_.jobs() / (name + ".out"),
          .directory = directory_.root,  // weir-job goes where its file says
          .warning = warned ? launcher.warning : 0,
          .script = {batch_script_path(directory_).string(),
                     setup_path(directory_, first.role).string(), job_program().string(),
                     file.string()}};
}

SbatchAnswer SlurmSubmitter::submit(const std::vector<JobRequest>& requests) {
  WEIR_FAILPOINT("launcher.before_job_file");
  for (const auto& request : requests) write_file(request);
  WEIR_FAILPOINT("launcher.after_job_file");
  const auto request = sbatch_request(requests);
  WEIR_FAILPOINT("launcher.before_sbatch");
  const auto result =
      commands_.run(sbatch_command(request, resources(request.role)), sbatch_deadline);
  WEIR_FAILPOINT("launcher.after_sbatch");
  auto answer = sbatch_answer(result, requests.size());
  using enum SbatchAnswer::Kind;
  if (answer.kind == refused || answer.kind == later) waves_.drop(request.name);
  return answer;
}

}  // namespace weir
