#include "launcher/schedulers/slurm.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "launcher/schedulers/job_file.h"
#include "launcher/schedulers/slurm_state.h"
#include "launcher/schedulers/under_way.h"
#include "src/core/error.h"
#include "src/core/failpoint.h"
#include "src/core/planted_bug.h"

namespace weir {
namespace {

constexpr std::size_t longest_wave = 1000;  // MaxArraySize is 1001 unless a site changes it
constexpr std::size_t cancelled_at_once = 500;
constexpr std::size_t traced_at_once = 20;  // each is a command or two
constexpr int looks_before_again = 2;
constexpr Duration grace = std::chrono::seconds(60);  // until a job without a trace is lost
constexpr Duration first_distance = std::chrono::seconds(5);
constexpr Duration longest_distance = std::chrono::seconds(60);
constexpr int most_questions = 3;  // of find(), which has to know

JobReport waits(const std::string& reason) {
  return {.state = JobState::pending, .reason = reason, .exit_code = {}};
}

/// The batch system took its place away.
JobReport requeued_report() {
  return {.state = JobState::failed,
          .reason = "requeued by Slurm; a new attempt replaces it",
          .exit_code = {},
          .cause = JobCause::preempted};
}

bool too_large(const SbatchAnswer& answer) {
  return answer.text.find("job array") != std::string::npos;
}

bool is_server(const std::string& name) { return name.ends_with(".server"); }

bool lives(const QueueLine& line) {
  const auto state = slurm_state(line.state);
  return state && !has_ended(state->state);
}

}  // namespace

std::string slurm_mark(const StudyDirectory& directory) {
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a
  for (const char c : std::filesystem::weakly_canonical(directory.root).string())
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "weir:%016llx", static_cast<unsigned long long>(hash));
  return text.data();
}

SlurmScheduler::SlurmScheduler(const Study& study, StudyDirectory directory,
                               CommandRunner& commands, FileSystem& files, const Clock& clock)
    : clock_(clock),
      directory_(std::move(directory)),
      mark_(slurm_mark(directory_)),
      files_(files),
      commands_(commands),
      waves_(directory_, files),
      submitter_(study, directory_, mark_, waves_, commands_, files),
      queue_(mark_, std::chrono::duration_cast<Duration>(Seconds(study.launcher.poll)), commands_,
             clock),
      submission_distance_(first_distance) {}

// ---- submission

JobId SlurmScheduler::submit(const JobRequest& request) {
  const auto submission = submit_all({request}).front();
  if (submission.job.empty()) throw Error(ErrorKind::environment, submission.refusal);
  return submission.job;
}

std::vector<Submission> SlurmScheduler::submit_all(const std::vector<JobRequest>& requests) {
  std::vector<Submission> results;
  for (std::size_t begin = 0; begin < requests.size(); begin += longest_wave) {
    const auto end = std::min(requests.size(), begin + longest_wave);
    const std::vector<JobRequest> wave(requests.begin() + static_cast<std::ptrdiff_t>(begin),
                                       requests.begin() + static_cast<std::ptrdiff_t>(end));
    for (auto& result : submit_wave(wave)) results.push_back(std::move(result));
  }
  return results;
}

std::vector<Submission> SlurmScheduler::submit_wave(const std::vector<JobRequest>& requests) {
  using enum SbatchAnswer::Kind;
  // In their order: what came before waits, so this waits as well.
  if (!put_off_.empty())
    return put_off(requests, {.kind = later, .jobs = {}, .text = "earlier jobs wait"});
  SbatchAnswer answer;
  try {
    answer = submitter_.submit(requests);
  } catch (const Error& error) {
    answer = {.kind = refused, .jobs = {}, .text = error.what()};
  }
  if (answer.kind == refused && requests.size() > 1 && too_large(answer)) return halved(requests);
  if (answer.kind == refused) return {requests.size(), {.job = "", .refusal = answer.text}};
  if (answer.kind != taken) return put_off(requests, answer);
  std::vector<Submission> results;
  for (std::size_t k = 0; k < requests.size(); ++k) {
    add_job(answer.jobs[k], requests[k].name, answer.jobs[k]);
    results.push_back({.job = answer.jobs[k], .refusal = ""});
  }
  return results;
}

/// The site allows smaller arrays, or none.
std::vector<Submission> SlurmScheduler::halved(const std::vector<JobRequest>& requests) {
  const auto middle = requests.begin() + static_cast<std::ptrdiff_t>(requests.size() / 2);
  auto results = submit_wave({requests.begin(), middle});
  for (auto& result : submit_wave({middle, requests.end()})) results.push_back(std::move(result));
  return results;
}

std::vector<Submission> SlurmScheduler::put_off(const std::vector<JobRequest>& requests,
                                                const SbatchAnswer& answer) {
  PutOff group{.requests = requests, .handles = {}};
  group.unknown = answer.kind == SbatchAnswer::Kind::unknown;
  std::vector<Submission> results;
  for (const auto& request : requests) {
    add_job(request.name, request.name, "");
    group.handles.push_back(request.name);
    results.push_back({.job = request.name, .refusal = ""});
  }
  put_off_.push_back(std::move(group));
  next_submission_ = clock_.now() + submission_distance_;
  tell("a submission waits until Slurm takes it (" + answer.text + ")");
  return results;
}

void SlurmScheduler::add_job(const JobId& handle, const std::string& name, const JobId& number) {
  jobs_.insert_or_assign(handle,
                         Job{.name = name,
                             .number = number,
                             .report = waits(number.empty() ? "its submission waits" : "")});
  if (!number.empty()) known_.insert(number);
}

void SlurmScheduler::submit_put_off() {
  using enum SbatchAnswer::Kind;
  while (!put_off_.empty() && clock_.now() >= next_submission_ && !queue_.silent()) {
    PutOff& group = put_off_.front();
    if (group.unknown && group.looks < looks_before_again && !WEIR_BUG("slurm_submitted_twice"))
      return;
    group.unknown = false;
    drop_cancelled(group);
    SbatchAnswer answer{.kind = taken, .jobs = {}, .text = ""};
    try {
      if (!group.requests.empty()) answer = submitter_.submit(group.requests);
    } catch (const Error& error) {
      answer = {.kind = refused, .jobs = {}, .text = error.what()};
    }
    if (answer.kind == later || answer.kind == unknown) {
      group.unknown = answer.kind == unknown;
      group.looks = 0;
      submission_distance_ = std::min(submission_distance_ * 2, longest_distance);
      next_submission_ = clock_.now() + submission_distance_;
      return;
    }
    submission_distance_ = first_distance;
    if (answer.kind == taken)
      resolve(group, answer.jobs);
    else
      refuse(group, answer.text);
    put_off_.pop_front();
  }
}

void SlurmScheduler::drop_cancelled(PutOff& group) {
  for (std::size_t k = group.handles.size(); k-- > 0;) {
    Job& job = jobs_.at(group.handles[k]);
    if (!job.cancelled) continue;
    job.report = {.state = JobState::cancelled, .reason = "cancelled", .exit_code = {}};
    group.handles.erase(group.handles.begin() + static_cast<std::ptrdiff_t>(k));
    group.requests.erase(group.requests.begin() + static_cast<std::ptrdiff_t>(k));
  }
}

void SlurmScheduler::resolve(const PutOff& group, const std::vector<JobId>& numbers) {
  for (std::size_t k = 0; k < group.handles.size(); ++k) {
    Job& job = jobs_.at(group.handles[k]);
    job.number = numbers[k];
    job.report.reason = "";
    known_.insert(numbers[k]);
    if (job.cancelled) to_cancel_.insert(numbers[k]);
  }
}

void SlurmScheduler::refuse(const PutOff& group, const std::string& why) {
  for (const auto& handle : group.handles)
    jobs_.at(handle).report = {
        .state = JobState::failed, .reason = why, .exit_code = {}, .cause = JobCause::never_ran};
}

// ---- what became of them

std::map<JobId, JobReport> SlurmScheduler::poll() {
  if (queue_.due() && !(jobs_.empty() && put_off_.empty())) look();
  submit_put_off();
  send_cancels();
  std::map<JobId, JobReport> reports;
  for (auto job = jobs_.begin(); job != jobs_.end();) {
    const auto& now = reports[job->first] = job->second.report;
    if (has_ended(now.state)) waves_.ended(job->second.name);
    job = has_ended(now.state) ? jobs_.erase(job) : std::next(job);
  }
  return reports;
}

void SlurmScheduler::look() {
  const auto lines = queue_.ask();
  if (queue_.silent() != std::exchange(was_silent_, queue_.silent()))
    news_.push_back(was_silent_ ? "Slurm does not answer (" + queue_.failure() +
                                      "); its jobs run on, and it is asked again"
                                : "Slurm answers again");
  if (!lines) return;
  settle(*lines);
  std::map<JobId, const QueueLine*> listed;
  for (const auto& line : *lines) listed.emplace(line.job, &line);
  std::size_t traced = 0;
  for (auto& [handle, job] : jobs_) {
    if (job.number.empty() || has_ended(job.report.state)) continue;
    if (const auto line = listed.find(job.number); line != listed.end())
      update(job, *line->second);
    else if (!queue_.silent() && traced++ < traced_at_once)
      trace(job);
  }
  cancel_doubles(*lines);
}

void SlurmScheduler::update(Job& job, const QueueLine& line) {
  job.missing_since.reset();
  if (const auto task = array_task(line.job))
    job.wave_output = directory_.jobs() / (line.name + ".out." + std::to_string(task->task));
  auto report = slurm_report(line.state, line.exit_code);
  if (!report) return;
  // weir-job would refuse to run it: an attempt runs once.
  const bool again = line.restarted && !has_ended(report->state) && !is_server(job.name);
  if (again) report = requeued_report();
  if (report->state == JobState::pending) {
    report->reason = line.reason == "None" ? "" : line.reason;
    if (const auto fix = stuck(line.reason)) {
      report->cause = JobCause::never_ran;
      tell("jobs such as " + job.number + " (" + job.name +
           ") are held back by Slurm: " + line.reason + ": " + *fix);
    }
  }
  conclude(job, *report);
  if (again) to_cancel_.insert(job.number);
}

/// Its end may be older than what squeue remembers.
void SlurmScheduler::trace(Job& job) {
  const Time now = clock_.now();
  if (!job.missing_since) job.missing_since = now;
  if (const auto report = queue_.remembered(job.number))
    conclude(job, *report);
  else if (const auto end = read_job_end(files_, job_file_path(directory_, job.name)))
    conclude(job, *end);
  else if (now - *job.missing_since >= grace || WEIR_BUG("absent_is_lost"))
    conclude(job, {.state = JobState::lost,
                   .reason = "Slurm does not know it any more, and it left no word",
                   .exit_code = {}});
}

void SlurmScheduler::conclude(Job& job, const JobReport& report) {
  job.report =
      report.cause == JobCause::signal ? with_memory_told(report, outputs_of(job)) : report;
  // There is nothing left to cancel, and Slurm may soon not know the number any more.
  if (has_ended(report.state)) to_cancel_.erase(job.number);
  if (!job.cancelled || !has_ended(report.state) || report.state == JobState::done) return;
  job.report.state = JobState::cancelled;
  job.report.reason = "cancelled";
  job.report.cause = JobCause::none;
}

/// Where slurmstepd may have written: the job's log, and the output of a wave's task.
std::vector<std::filesystem::path> SlurmScheduler::outputs_of(const Job& job) const {
  return {job_log(files_, job_file_path(directory_, job.name)), job.wave_output};
}

/// A submission that was thought lost and came through after all.
void SlurmScheduler::cancel_doubles(const std::vector<QueueLine>& lines) {
  const auto names = job_names();
  for (const auto& line : lines) {
    if (known_.contains(line.job) || !lives(line) || !names.contains(waves_.job_name(line)))
      continue;
    known_.insert(line.job);
    to_cancel_.insert(line.job);
    news_.push_back("job " + line.job + " repeats a submission; it is cancelled");
  }
}

void SlurmScheduler::settle(const std::vector<QueueLine>& lines) {
  for (auto group = put_off_.begin(); group != put_off_.end();) {
    const bool found = group->unknown && find_put_off(*group, lines);
    if (!found) ++group->looks;
    group = found ? put_off_.erase(group) : std::next(group);
  }
}

bool SlurmScheduler::find_put_off(PutOff& group, const std::vector<QueueLine>& lines) {
  for (const auto& line : lines) {
    if (known_.contains(line.job)) continue;
    const auto name = waves_.job_name(line);
    const auto request = std::find_if(group.requests.begin(), group.requests.end(),
                                      [&](const JobRequest& one) { return one.name == name; });
    if (request == group.requests.end()) continue;
    const auto task = array_task(line.job);
    resolve(group, job_ids(task ? task->array : line.job, group.requests.size()));
    return true;
  }
  return false;
}

// ---- the end of jobs

void SlurmScheduler::cancel(const JobId& id) {
  const auto job = jobs_.find(id);
  if (job == jobs_.end()) return;
  job->second.cancelled = true;
  if (!job->second.number.empty()) to_cancel_.insert(job->second.number);
}

/// All that are due in one command. Not in cancel(): a study that ends cancels hundreds.
void SlurmScheduler::send_cancels() {
  if (to_cancel_.empty() || clock_.now() < next_cancel_) return;
  const auto last =
      std::next(to_cancel_.begin(),
                static_cast<std::ptrdiff_t>(std::min(to_cancel_.size(), cancelled_at_once)));
  if (queue_.scancel({to_cancel_.begin(), last}))
    to_cancel_.erase(to_cancel_.begin(), last);
  else
    next_cancel_ = clock_.now() + first_distance;
}

// ---- what an earlier launcher submitted

std::map<std::string, JobId> SlurmScheduler::find(const std::vector<std::string>& names) {
  wait_for_submissions("--comment=" + mark_);
  std::optional<std::vector<QueueLine>> lines;
  for (int question = 0; question < most_questions && !lines; ++question) lines = queue_.ask();
  if (!lines)
    throw Error(ErrorKind::environment, "Slurm does not answer (" + queue_.failure() +
                                            "), and without it nobody knows which jobs of the "
                                            "study live; try again when squeue works");
  const std::set<std::string> asked(names.begin(), names.end());
  std::map<std::string, JobId> found;
  for (const auto& line : *lines) {
    known_.insert(line.job);
    const auto name = lives(line) ? waves_.job_name(line) : "";
    if (!asked.contains(name)) continue;
    if (!found.emplace(name, line.job).second) {
      to_cancel_.insert(line.job);
      continue;
    }
    add_job(line.job, name, line.job);
    update(jobs_.at(line.job), line);
  }
  waves_.keep(job_names());
  return found;
}

std::set<std::string> SlurmScheduler::job_names() const {
  std::set<std::string> names;
  for (const auto& [handle, job] : jobs_) names.insert(job.name);
  return names;
}

void SlurmScheduler::tell(const std::string& text) {
  if (told_.insert(text).second) news_.push_back(text);
}

std::vector<std::string> SlurmScheduler::news() { return std::exchange(news_, {}); }

std::string SlurmScheduler::explain() const {
  return "slurm: batch jobs of this study have the comment " + mark_;
}

}  // namespace weir
