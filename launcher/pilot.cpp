#include "launcher/pilot.h"

#include <algorithm>
#include <utility>

#include "launcher/schedulers/job_file.h"
#include "launcher/schedulers/slurm_state.h"
#include "src/core/error.h"
#include "src/core/failpoint.h"
#include "src/core/planted_bug.h"

namespace weir {
namespace {

constexpr Duration quick = std::chrono::milliseconds(20);
constexpr Duration slow = std::chrono::milliseconds(250);
constexpr Duration quick_for = std::chrono::seconds(2);  ///< after the last task or order
constexpr Duration doubt = std::chrono::seconds(1);      ///< of an end by a signal

Duration duration_of(double seconds) {
  return std::chrono::duration_cast<Duration>(Seconds(seconds));
}

JobCause cause_of(const JobReport& end) {
  if (end.state != JobState::failed || end.cause != JobCause::none) return end.cause;
  return end.exit_code ? JobCause::exit_code : JobCause::signal;
}

/// weir-job gives 128 + signal.
bool died_of_a_signal(const JobReport& end) {
  return end.state == JobState::failed && (!end.exit_code || *end.exit_code > 128);
}

JobReport never_ran(const std::string& reason) {
  return {
      .state = JobState::failed, .reason = reason, .exit_code = {}, .cause = JobCause::never_ran};
}

}  // namespace

Pilot::Pilot(const StudyDirectory& directory, const std::string& name, PilotSurroundings around)
    : directory_(directory),
      folder_(directory),
      name_(name),
      around_(std::move(around)),
      started_(around_.clock.now()),
      heard_(started_),
      look_at_(started_) {
  const auto former = read_state(around_.files, folder_.state(name));
  if (!former)
    throw Error(ErrorKind::environment,
                "cannot read the pilot's file " + folder_.state(name).string() +
                    "; the study directory must be on a file system that the nodes share");
  go_on_after(*former);
}

/// A batch system may start a job again, on another node. What the former pilot ran is over, and
/// one that had gone promised to take nothing more.
void Pilot::go_on_after(const PilotState& former) {
  state_ = former;
  state_.host = around_.host;
  if (former.phase == PilotPhase::gone) return;
  if (former.phase == PilotPhase::running)
    state_.end = JobReport{.state = JobState::lost,
                           .reason = "its pilot was started again",
                           .exit_code = {},
                           .cause = JobCause::preempted};
  state_.phase = PilotPhase::free;
}

bool Pilot::tick() {
  if (!job_.empty()) observe();
  if (interrupted_) return !job_.empty();
  if (!written_ && (around_.clock.now() < tell_at_ || !publish())) return true;
  if (state_.phase == PilotPhase::gone) return false;
  if (around_.clock.now() >= look_at_) look();
  return true;
}

Duration Pilot::pause() const {
  const bool busy = !job_.empty() || around_.clock.now() - heard_ < quick_for;
  return busy ? quick : slow;
}

void Pilot::observe() {
  const auto reports = around_.runner.poll();
  const auto report = reports.find(job_);
  if (report == reports.end() || !has_ended(report->second.state)) return;
  job_.clear();
  if (interrupted_) return;
  end_task(report->second);
  // A batch system that ends the pilot ends the task at the same time, and it may be seen first.
  if (died_of_a_signal(report->second)) tell_at_ = around_.clock.now() + doubt;
}

void Pilot::end_task(JobReport end) {
  end.cause = cause_of(end);
  if (end.cause == JobCause::signal)
    end = with_memory_told(std::move(end),
                           {job_log(around_.files, job_file_path(directory_, orders_.name))});
  state_.end = std::move(end);
  state_.phase = PilotPhase::free;
  heard_ = look_at_ = around_.clock.now();
  written_ = false;
  WEIR_FAILPOINT("launcher.pilot_before_end_written");
}

bool Pilot::publish() {
  const double ran = Seconds(around_.clock.now() - started_).count();
  if (around_.seconds_left)
    state_.seconds_left = *around_.seconds_left - ran;
  else if (orders_.time_limit > 0)
    state_.seconds_left = orders_.time_limit - ran;
  try {
    write_state(around_.files, folder_.state(name_), state_);
    written_ = true;
  } catch (const Error&) {  // a full disk, a file server that is away
  }
  return written_;
}

void Pilot::look() {
  const Time now = around_.clock.now();
  // While a task runs, orders are rare: the file server is spared.
  look_at_ = now + (job_.empty() ? Duration::zero() : slow);
  const auto orders = read_orders(around_.files, folder_.orders(name_));
  if (orders && *orders != orders_) {
    orders_ = *orders;
    heard_ = now;
  }
  if (orders)
    obey();
  else if (idle())
    leave();
}

void Pilot::obey() {
  if (state_.phase == PilotPhase::running) {
    job_.empty() ? confirm() : obey_wish();
    return;
  }
  if (orders_.number > state_.number && orders_.leave != PilotLeave::now)
    take();
  else if (orders_.leave != PilotLeave::stay || idle())
    leave();
}

void Pilot::obey_wish() {
  const auto wish = orders_.leave == PilotLeave::now ? TaskWish::kill : orders_.wish;
  if (wish == std::exchange(obeyed_, wish)) return;
  if (wish == TaskWish::kill) around_.runner.kill(job_);
  if (wish == TaskWish::cancel) around_.runner.cancel(job_);
}

bool Pilot::idle() const {
  return state_.phase == PilotPhase::free &&
         around_.clock.now() - heard_ >= duration_of(orders_.idle);
}

void Pilot::leave() {
  state_.phase = PilotPhase::gone;
  written_ = false;
  publish();
}

void Pilot::take() {
  state_.number = orders_.number;
  state_.end.reset();
  state_.phase = PilotPhase::running;
  WEIR_FAILPOINT("launcher.pilot_before_taken");
  written_ = false;
  if (!publish()) return;
  WEIR_FAILPOINT("launcher.pilot_after_taken");
  if (WEIR_BUG("pilot_takes_unconfirmed"))
    start();
  else
    look();
}

/// It has said that it takes the task, and has read its orders since.
void Pilot::confirm() {
  const bool wanted = orders_.number == state_.number && orders_.wish == TaskWish::run &&
                      orders_.leave != PilotLeave::now;
  if (wanted) return start();
  end_task({.state = JobState::cancelled,
            .reason = "cancelled before it began",
            .exit_code = {},
            .cause = JobCause::none});
}

void Pilot::start() {
  try {
    job_ = submit();
    obeyed_ = TaskWish::run;
  } catch (const Error& error) {
    end_task(never_ran(error.what()));
  }
  WEIR_FAILPOINT("launcher.pilot_after_start");
}

/// Under the pilot's own name, by which processes are marked: who ends the pilot's job finds what
/// it left behind.
JobId Pilot::submit() {
  return around_.runner.submit(
      {.name = name_,
       .role = JobRole::simulation,
       .command = {around_.weir_job.string(), job_file_path(directory_, orders_.name).string()},
       .ranks = 1,
       .launch = Launch::direct,
       .environment = {},
       .log = {},
       .directory = directory_.root});
}

void Pilot::interrupt() {
  interrupted_ = true;
  if (!job_.empty()) around_.runner.cancel(job_);
}

}  // namespace weir
