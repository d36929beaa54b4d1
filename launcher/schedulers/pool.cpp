#include "launcher/schedulers/pool.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "launcher/schedulers/batch_script.h"
#include "launcher/schedulers/job_file.h"
#include "src/core/error.h"
#include "src/core/failpoint.h"
#include "src/core/planted_bug.h"

namespace weir {
namespace {

constexpr Duration look_every = std::chrono::milliseconds(20);
constexpr int spared = 10;  ///< looks take at most this part of the launcher's time
constexpr Duration first_word = std::chrono::minutes(5);  ///< from a pilot's start
constexpr Duration answer = std::chrono::minutes(1);      ///< from a cancellation to the end
constexpr std::size_t most_fruitless = 3;

Duration duration_of(double seconds) {
  return std::chrono::duration_cast<Duration>(Seconds(seconds));
}

JobReport cancelled(const std::string& reason) {
  return {.state = JobState::cancelled, .reason = reason, .exit_code = {}, .cause = JobCause::none};
}

/// What became of a task that its pilot's job took along. A task that had a whole pilot's time for
/// itself needed more; another one only came too late.
JobReport taken_along(const PoolPilot& pilot, JobReport job) {
  const bool came_late = job.cause == JobCause::time_limit && pilot.orders().number > 1;
  if (came_late) job.cause = JobCause::preempted;
  if (job.state == JobState::done) job.reason = "it ended before its simulation";
  if (job.state != JobState::lost) job.state = JobState::failed;
  job.reason = "its pilot " + pilot.name() + " has ended: " + job.reason;
  job.exit_code.reset();
  return job;
}

}  // namespace

PoolSettings pool_settings(const Study& study) {
  const auto& clients = study.launcher.clients;
  const SrunOptions srun = {.cores_per_rank = clients.cores_per_rank, .mpi = clients.mpi};
  return {.prefix = "weir." + study.name + ".pilot.",
          .program = job_program().replace_filename("weir-pilot"),
          .pilots = study.launcher.jobs,
          .ranks = study.simulation.ranks,
          .idle = study.launcher.idle,
          .simulation_limit = study.simulation.time_limit,
          .job_limit = clients.time_limit,
          .retry = study.launcher.poll,
          .srun = study.launcher.scheduler == SchedulerKind::slurm_pool ? std::optional(srun)
                                                                        : std::nullopt};
}

PoolScheduler::PoolScheduler(Scheduler& base, StudyDirectory directory, PoolSettings settings,
                             FileSystem& files, const Clock& clock)
    : base_(base),
      folder_(directory),
      directory_(std::move(directory)),
      settings_(std::move(settings)),
      files_(files),
      clock_(clock) {}

PoolScheduler::~PoolScheduler() {
  try {
    bool any = false;
    for (auto& [name, pilot] : pilots_) {
      pilot.leave(PilotLeave::when_free);
      if (pilot.job_state != JobState::pending || pilot.busy()) continue;
      base_.cancel(pilot.job);
      any = true;
    }
    if (any) base_.poll();  // which is when batch systems are told
  } catch (const Error&) {  // they end when they begin, for their orders say so
  }
}

JobId PoolScheduler::submit(const JobRequest& request) {
  if (request.role != JobRole::simulation) return base_.submit(request);
  write_job_file(files_, job_file_path(directory_, request.name), as_started(request));
  WEIR_FAILPOINT("launcher.after_task_file");
  tasks_.insert_or_assign(request.name, Task());
  waiting_.push_back(request.name);
  prepared_ = false;
  return request.name;
}

/// As the base scheduler would start its ranks.
JobRequest PoolScheduler::as_started(JobRequest request) const {
  if (!settings_.srun) return request;
  if (request.launch == Launch::automatic)
    request.launch = request.ranks > 1 ? Launch::srun : Launch::direct;
  request.command = launch_command(request, *settings_.srun);
  request.launch = Launch::direct;
  return request;
}

bool PoolScheduler::clients_ready() {
  prepared_ = true;
  return std::any_of(pilots_.begin(), pilots_.end(),
                     [](const auto& pilot) { return pilot.second.free(); });
}

std::map<JobId, JobReport> PoolScheduler::poll() {
  auto reports = base_.poll();
  observe_jobs(reports);
  look();
  enforce_answers();
  settle_lost();
  dismiss();
  assign();
  staff();
  reports.merge(take_reports());
  return reports;
}

// ---- what the pilots' jobs do

void PoolScheduler::observe_jobs(std::map<JobId, JobReport>& reports) {
  for (auto& [name, pilot] : pilots_) {
    const auto report = reports.find(pilot.job);
    if (report == reports.end()) continue;
    observe(pilot, report->second);
    reports.erase(report);
  }
}

void PoolScheduler::observe(PoolPilot& pilot, const JobReport& report) {
  if (report.state != std::exchange(pilot.job_state, report.state)) pilot.since = clock_.now();
  if (has_ended(report.state)) lost_.emplace(pilot.name(), report);
}

void PoolScheduler::settle_lost() {
  for (auto lost = lost_.begin(); lost != lost_.end();) {
    auto pilot = pilots_.find(lost->first);
    const bool settled = pilot->second.give_up(clock_.now());
    if (settled) {
      settle(pilot->second, lost->second);
      pilots_.erase(pilot);
    }
    lost = settled ? lost_.erase(lost) : std::next(lost);
  }
}

void PoolScheduler::settle(const PoolPilot& pilot, const JobReport& job) {
  notice_end(pilot);
  if (pilot.state().phase == PilotPhase::absent && job.state != JobState::cancelled)
    was_fruitless("a pilot ended before it said a word: " + job.reason + "; its log is " +
                  log_of(pilot.name()).string());
  take_back(pilot, taken_along(pilot, job));
}

/// The task that a pilot was given and has not ended: it ended with the pilot, or, where the pilot
/// never took it, goes to another.
void PoolScheduler::take_back(const PoolPilot& pilot, const JobReport& end_with_pilot) {
  const auto task = tasks_.find(pilot.orders().name);
  if (task == tasks_.end() || task->second.pilot != pilot.name() || task->second.end) return;
  if (task->second.cancelled)
    end(task->first, cancelled("cancelled"));
  else if (pilot.took() && !WEIR_BUG("taken_task_given_again"))
    end(task->first, end_with_pilot);
  else
    wait_again(task->first);
}

void PoolScheduler::wait_again(const std::string& name) {
  tasks_[name].pilot.clear();
  waiting_.push_front(name);
}

// ---- what the pilots say

void PoolScheduler::look() {
  const Time begin = clock_.now();
  if (begin < look_at_) return;
  for (auto& [name, pilot] : pilots_) {
    pilot.publish();
    pilot.look(begin);
    notice_end(pilot);
    greet(pilot);
    // Gone by its own will, it keeps its promise to take nothing.
    if (pilot.state().phase == PilotPhase::gone && !pilot.took())
      take_back(pilot, cancelled("cancelled"));
  }
  const Time end = clock_.now();
  look_at_ = end + std::max(look_every, (end - begin) * spared);
}

void PoolScheduler::notice_end(const PoolPilot& pilot) {
  if (pilot.state().number > 0) fruitless_ = 0;
  const auto task = tasks_.find(pilot.orders().name);
  if (pilot.busy() || task == tasks_.end() || task->second.pilot != pilot.name()) return;
  if (!task->second.end) end(task->first, *pilot.state().end);
}

/// Pilots that came before there was anything to run are to stay.
void PoolScheduler::greet(PoolPilot& pilot) {
  const Time now = clock_.now();
  if (!prepared_ || !pilot.free() || now - pilot.greeted < duration_of(settings_.idle / 4)) return;
  pilot.greeted = now;
  pilot.greet();
}

void PoolScheduler::enforce_answers() {
  const Time now = clock_.now();
  for (auto& [name, pilot] : pilots_) {
    const bool silent = pilot.job_state == JobState::running &&
                        pilot.state().phase == PilotPhase::absent &&
                        now - pilot.since >= first_word;
    const bool deaf =
        pilot.busy() && pilot.orders().wish != TaskWish::run && now - pilot.asked >= answer;
    if (!silent && !deaf) continue;
    pilot.since = pilot.asked = now;
    base_.kill(pilot.job);
    if (silent)
      was_fruitless("a pilot runs and does not say a word; its log is " + log_of(name).string() +
                    "; is the study directory on a file system that the nodes share?");
  }
}

// ---- what the pilots are to do

/// A pilot without the time for a simulation makes room for one that has it.
void PoolScheduler::dismiss() {
  for (auto& [name, pilot] : pilots_) {
    if (!pilot.free() || pilot.has_time(clock_.now(), settings_.simulation_limit)) continue;
    pilot.leave(PilotLeave::when_free);
    if (pilot.orders().number == 0)
      was_fruitless(
          "a pilot's job may not run as long as simulation.time_limit; raise "
          "launcher.clients.time_limit, or name a partition that allows more");
  }
}

void PoolScheduler::assign() {
  for (auto& [name, pilot] : pilots_) {
    if (waiting_.empty()) return;
    if (!pilot.free()) continue;
    const std::string task = waiting_.front();
    waiting_.pop_front();
    tasks_[task].pilot = name;
    WEIR_FAILPOINT("launcher.before_given");
    pilot.give(task);
    WEIR_FAILPOINT("launcher.after_given");
  }
}

void PoolScheduler::staff() {
  while (staying() < wanted() && clock_.now() >= submit_at_) submit_pilot();
}

std::size_t PoolScheduler::wanted() const {
  if (prepared_) return settings_.pilots;
  const auto open = std::count_if(tasks_.begin(), tasks_.end(),
                                  [](const auto& task) { return !task.second.end; });
  return std::min(settings_.pilots, static_cast<std::size_t>(open));
}

std::size_t PoolScheduler::staying() const {
  return static_cast<std::size_t>(std::count_if(
      pilots_.begin(), pilots_.end(), [](const auto& pilot) { return !pilot.second.leaves(); }));
}

void PoolScheduler::submit_pilot() {
  const auto name = settings_.prefix + std::to_string(++last_number_);
  try {
    PilotOrders orders;
    orders.idle = settings_.idle;
    orders.time_limit = settings_.job_limit;
    PoolPilot pilot(files_, folder_, name, orders);
    WEIR_FAILPOINT("launcher.before_pilot_submit");
    pilot.job = base_.submit(request_of(name));
    WEIR_FAILPOINT("launcher.after_pilot_submit");
    pilot.since = clock_.now();
    pilots_.emplace(name, std::move(pilot));
  } catch (const Error& error) {
    submit_at_ = clock_.now() + duration_of(settings_.retry);
    if (staying() == 0) fail_first(std::string("no pilot could be submitted: ") + error.what());
  }
}

JobRequest PoolScheduler::request_of(const std::string& pilot) const {
  return {.name = pilot,
          .role = JobRole::simulation,
          .command = {settings_.program.string(), directory_.root.string(), pilot},
          .ranks = settings_.ranks,
          .launch = Launch::direct,  // one process in room for all ranks of a simulation
          .environment = {},
          .log = log_of(pilot),
          .directory = directory_.root};
}

std::filesystem::path PoolScheduler::log_of(const std::string& pilot) const {
  return directory_.logs() / (pilot.substr(settings_.prefix.size() - 6) + ".log");
}

/// Pilots that come to nothing, one after the other, are no way to run what waits.
void PoolScheduler::was_fruitless(const std::string& reason) {
  if (++fruitless_ < most_fruitless) return;
  fail_first(reason);
}

void PoolScheduler::fail_first(const std::string& reason) {
  if (waiting_.empty()) return;
  const auto name = waiting_.front();
  waiting_.pop_front();
  end(name,
      {.state = JobState::failed, .reason = reason, .exit_code = {}, .cause = JobCause::never_ran});
}

// ---- the tasks

void PoolScheduler::end(const std::string& name, JobReport report) {
  tasks_[name].end = std::move(report);
  try {
    // Without its file it is no task that a later launcher would give away again.
    files_.remove(job_file_path(directory_, name));
  } catch (const Error&) {  // weir-job starts an attempt once
  }
}

std::map<JobId, JobReport> PoolScheduler::take_reports() {
  std::map<JobId, JobReport> reports;
  for (auto task = tasks_.begin(); task != tasks_.end();) {
    const auto& [name, now] = *task;
    const auto pilot = pilots_.find(now.pilot);
    const bool runs = pilot != pilots_.end() && pilot->second.took();
    const JobState state = runs ? JobState::running : JobState::pending;
    reports[name] = now.end ? *now.end : JobReport{.state = state, .reason = "", .exit_code = {}};
    task = now.end ? tasks_.erase(task) : std::next(task);
  }
  return reports;
}

void PoolScheduler::cancel(const JobId& job) { withdraw(job, TaskWish::cancel); }
void PoolScheduler::kill(const JobId& job) { withdraw(job, TaskWish::kill); }

void PoolScheduler::withdraw(const JobId& job, TaskWish wish) {
  const auto task = tasks_.find(job);
  if (task == tasks_.end()) return wish == TaskWish::kill ? base_.kill(job) : base_.cancel(job);
  if (task->second.end) return;
  const bool again = std::exchange(task->second.cancelled, true);
  if (task->second.pilot.empty()) {
    std::erase(waiting_, job);
    end(job, cancelled("cancelled before it began"));
    return;
  }
  auto& pilot = pilots_.at(task->second.pilot);
  if (!again) pilot.asked = clock_.now();
  if (!again || wish == TaskWish::kill) pilot.wish(wish);
}

std::vector<std::string> PoolScheduler::news() { return base_.news(); }

std::string PoolScheduler::explain() const {
  return "pool: at most " + std::to_string(settings_.pilots) + " pilots; " + base_.explain();
}

}  // namespace weir
