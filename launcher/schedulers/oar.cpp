#include "launcher/schedulers/oar.h"

#include <algorithm>
#include <utility>

#include "launcher/schedulers/batch_script.h"
#include "launcher/schedulers/job_file.h"
#include "launcher/schedulers/oar_state.h"
#include "launcher/schedulers/under_way.h"
#include "src/core/error.h"
#include "src/core/failpoint.h"
#include "src/core/planted_bug.h"

namespace weir {
namespace {

constexpr Duration deadline = std::chrono::seconds(60);  // of a command
constexpr Duration longest_distance = std::chrono::seconds(60);
constexpr Duration grace = std::chrono::seconds(60);  // until a job without a trace is lost
constexpr Duration cancel_again = std::chrono::seconds(5);
constexpr int looks_before_again = 2;
constexpr int most_questions = 3;  // of find(), which has to know
constexpr int deleted_already = 6;

/// mpirun learns the job's nodes from a file, and reaches them by OAR's own command.
constexpr const char* nodes_for_mpirun =
    "if [ -n \"$OAR_NODEFILE\" ]; then\n"
    "  export OMPI_MCA_orte_default_hostfile=\"$OAR_NODEFILE\" OMPI_MCA_plm_rsh_agent=oarsh\n"
    "fi\n";

Duration duration_of(double seconds) {
  return std::chrono::duration_cast<Duration>(Seconds(seconds));
}

void check_path(const std::filesystem::path& path) {
  if (const auto why = unfit_oar_path(path)) throw Error(ErrorKind::environment, *why);
}

bool is_away(const CommandResult& result) {
  return result.timed_out || result.exit_code >= 128 ||
         result.err.find("connect") != std::string::npos;
}

}  // namespace

OarScheduler::OarScheduler(const Study& study, StudyDirectory directory, CommandRunner& commands,
                           FileSystem& files, const Clock& clock)
    : study_(study),
      directory_{std::filesystem::weakly_canonical(directory.root)},
      commands_(commands),
      files_(files),
      clock_(clock),
      every_(duration_of(study.launcher.poll)),
      distance_(every_),
      next_(clock.now()) {
  check_options(study.launcher, unfit_oar_option);
  check_path(directory_.jobs());
  check_path(job_program());
  write_scripts();
}

void OarScheduler::write_scripts() {
  write_batch_scripts(files_, directory_, study_.launcher);
  for (const auto role : {JobRole::server, JobRole::simulation})
    files_.replace(setup_path(directory_, role),
                   nodes_for_mpirun + setup_text(resources_of(study_.launcher, role)), 0600);
}

// ---- submission

JobId OarScheduler::submit(const JobRequest& request) {
  Job job{.request = request};
  if (request.role == JobRole::server && request.launch == Launch::automatic)
    job.request.launch = Launch::mpirun;
  write_job_file(files_, job_file_path(directory_, request.name), job.request);
  std::string text;
  // While one has no answer the others would wait for theirs as long.
  const bool waits = any_unknown();
  const Answer answer = waits ? Answer::unknown : oarsub(job, text);
  if (answer == Answer::refused) throw Error(ErrorKind::environment, "oarsub: " + text);
  if (answer == Answer::unknown && !waits)
    news_.push_back("nobody knows whether OAR took the job " + request.name + " (" + text +
                    "); it is looked for before it is submitted again");
  const JobId id = job.number.empty() ? request.name : job.number;
  jobs_.insert_or_assign(id, std::move(job));
  return id;
}

OarScheduler::Answer OarScheduler::oarsub(Job& job, std::string& text) {
  const auto& request = job.request;
  const auto setup = setup_path(directory_, request.role).filename().string();
  const OarsubRequest submission = {
      .name = request.name,
      .ranks = request.ranks,
      .directory = directory_.jobs(),
      .output = request.name + ".out",
      .warning = request.role == JobRole::server ? study_.launcher.warning : 0,
      .script = {"./" + batch_script_path(directory_).filename().string(), "./" + setup,
                 job_program().string(), "./" + request.name + ".json"}};
  const auto result = commands_.run(
      oarsub_command(submission, resources_of(study_.launcher, request.role)), deadline);
  WEIR_FAILPOINT("launcher.after_oarsub");
  job.looks = 0;
  text = result.describe();
  if (is_away(result)) return Answer::unknown;
  const auto number = parse_oarsub(result.out);
  if (!result.ok()) return Answer::refused;
  if (!number) return Answer::unknown;
  job.number = *number;
  return Answer::taken;
}

void OarScheduler::submit_unknown() {
  for (auto& [id, job] : jobs_) {
    if (!job.number.empty() || has_ended(job.report.state)) continue;
    if (job.looks < looks_before_again && !WEIR_BUG("oar_submitted_twice")) return;
    if (job.cancelled) {
      conclude(job, {.state = JobState::cancelled, .reason = "cancelled", .exit_code = {}});
      continue;
    }
    std::string text;
    const Answer answer = oarsub_again(job, text);
    if (answer == Answer::unknown) return;
    if (answer == Answer::refused)
      conclude(job, {.state = JobState::failed,
                     .reason = "oarsub: " + text,
                     .exit_code = {},
                     .cause = JobCause::never_ran});
  }
}

OarScheduler::Answer OarScheduler::oarsub_again(Job& job, std::string& text) {
  try {
    return oarsub(job, text);
  } catch (const Error& error) {
    text = error.what();
    return Answer::refused;
  }
}

bool OarScheduler::any_unknown() const {
  return std::any_of(jobs_.begin(), jobs_.end(),
                     [](const auto& job) { return job.second.number.empty(); });
}

// ---- what became of them

std::map<JobId, JobReport> OarScheduler::poll() {
  if (clock_.now() >= next_ && !jobs_.empty()) ask();
  send_cancels();
  std::map<JobId, JobReport> reports;
  for (auto job = jobs_.begin(); job != jobs_.end();) {
    const auto& now = reports[job->first] = job->second.report;
    job = has_ended(now.state) ? jobs_.erase(job) : std::next(job);
  }
  return reports;
}

void OarScheduler::ask() {
  look_for_unknown();
  if (const auto asked = numbers(); !asked.empty()) {
    const auto answer = oarstat(oarstat_command(asked));
    answered(answer.has_value());
    if (!answer) return;
    std::map<JobId, const OarJob*> listed;
    for (const auto& job : *answer) listed.emplace(job.id, &job);
    for (auto& [id, job] : jobs_) {
      const auto now = listed.find(job.number);
      if (!job.number.empty()) update(job, now == listed.end() ? nullptr : now->second);
    }
  }
  submit_unknown();
}

OarScheduler::Jobs OarScheduler::oarstat(const std::vector<std::string>& command) {
  try {
    const auto result = commands_.run(command, deadline);
    if (!result.timed_out && says_none(result.err)) return std::vector<OarJob>();
    auto jobs = result.ok() ? parse_oarstat(result.out) : std::nullopt;
    if (!jobs) failure_ = "oarstat: " + (result.ok() ? "it printed no JSON" : result.describe());
    return jobs;
  } catch (const Error& error) {
    failure_ = error.what();
    return std::nullopt;
  }
}

void OarScheduler::answered(bool yes) {
  distance_ = yes ? every_ : std::min(distance_ * 2, std::max(longest_distance, every_));
  next_ = clock_.now() + distance_;
  if (yes == !std::exchange(silent_, !yes)) return;
  news_.push_back(yes ? "OAR answers again"
                      : "OAR does not answer (" + failure_ +
                            "); its jobs run on, and it is asked again");
}

std::vector<JobId> OarScheduler::numbers() const {
  std::vector<JobId> result;
  for (const auto& [id, job] : jobs_)
    if (!job.number.empty()) result.push_back(job.number);
  return result;
}

void OarScheduler::update(Job& job, const OarJob* now) {
  const auto report = now == nullptr ? std::nullopt : oar_report(*now);
  if (!report) return trace(job);
  job.missing_since.reset();
  conclude(job, *report);
}

void OarScheduler::trace(Job& job) {
  if (!job.missing_since) job.missing_since = clock_.now();
  if (const auto end = read_job_end(files_, job_file_path(directory_, job.request.name)))
    conclude(job, *end);
  else if (clock_.now() - *job.missing_since >= grace)
    conclude(job, {.state = JobState::lost,
                   .reason = "OAR does not know it any more, and it left no word",
                   .exit_code = {}});
}

void OarScheduler::conclude(Job& job, JobReport report) {
  job.report = explained(files_, job_file_path(directory_, job.request.name), std::move(report));
  if (!job.cancelled || !has_ended(job.report.state) || job.report.state == JobState::done) return;
  job.report = {.state = JobState::cancelled, .reason = "cancelled", .exit_code = {}};
}

bool OarScheduler::is_ours(const OarJob& job) const {
  return job.directory == directory_.jobs().string();
}

void OarScheduler::look_for_unknown() {
  if (!any_unknown()) return;
  const auto living = oarstat(oarstat_command_of_user());
  answered(living.has_value());
  if (!living) return;
  for (auto& [id, job] : jobs_) {
    if (!job.number.empty()) continue;
    ++job.looks;
    for (const auto& one : *living)
      if (is_ours(one) && one.name == job.request.name) job.number = one.id;
    if (job.cancelled && !job.number.empty()) to_cancel_.insert(job.number);
  }
}

// ---- the end of jobs

void OarScheduler::cancel(const JobId& id) {
  const auto job = jobs_.find(id);
  if (job == jobs_.end()) return;
  job->second.cancelled = true;
  if (!job->second.number.empty()) to_cancel_.insert(job->second.number);
}

/// All that are due in one command.
void OarScheduler::send_cancels() {
  if (to_cancel_.empty() || clock_.now() < next_cancel_) return;
  next_cancel_ = clock_.now() + cancel_again;
  try {
    const auto result =
        commands_.run(oardel_command({to_cancel_.begin(), to_cancel_.end()}), deadline);
    if (result.ok() || result.exit_code == deleted_already) to_cancel_.clear();
  } catch (const Error& error) {
    failure_ = error.what();
  }
}

// ---- what an earlier launcher submitted

std::map<std::string, JobId> OarScheduler::find(const std::vector<std::string>& names) {
  wait_for_submissions("--directory=" + directory_.jobs().string());
  Jobs living;
  for (int question = 0; question < most_questions && !living; ++question)
    living = oarstat(oarstat_command_of_user());
  if (!living)
    throw Error(ErrorKind::environment, "OAR does not answer (" + failure_ +
                                            "), and without it nobody knows which jobs of the "
                                            "study live; try again when oarstat works");
  std::map<std::string, JobId> found;
  for (const auto& one : *living) {
    if (!is_ours(one) || std::find(names.begin(), names.end(), one.name) == names.end()) continue;
    if (!found.emplace(one.name, one.id).second) {  // a double: the first one stays
      to_cancel_.insert(one.id);
      continue;
    }
    JobRequest request;
    request.name = one.name;
    jobs_.insert_or_assign(one.id, Job{.request = std::move(request), .number = one.id});
  }
  return found;
}

std::vector<std::string> OarScheduler::news() { return std::exchange(news_, {}); }

std::string OarScheduler::explain() const {
  return "oar: batch jobs of this study start in " + directory_.jobs().string();
}

}  // namespace weir
