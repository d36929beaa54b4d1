#include "launcher/job/pilot.h"

#include <algorithm>
#include <utility>

#include "launcher/schedulers/job_file.h"
#include "src/core/error.h"
#include "src/core/failpoint.h"
#include "src/core/planted_bug.h"

namespace weir {
namespace {

constexpr Duration quick = std::chrono::milliseconds(20);
constexpr Duration slow = std::chrono::milliseconds(250);
constexpr Duration quick_for = std::chrono::seconds(2);  ///< after the last task or order
constexpr Duration doubt = std::chrono::seconds(1);      ///< of an end by a signal

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
  // What the first one has taken or promised, a second one does not know.
  if (former->phase != PilotPhase::absent)
    throw Error(ErrorKind::environment,
                "a pilot of this name was started before, on " + former->host);
  state_.host = around_.host;
  state_.phase = PilotPhase::free;
}

bool Pilot::tick() {
  if (!job_.empty()) observe();
  if (interrupted_) return !job_.empty();
  // The end of its job says the same, should its file not be written.
  if (state_.phase == PilotPhase::gone) return false;
  if (!written_ && (around_.clock.now() < tell_at_ || !publish())) return true;
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
  const auto end =
      explained(around_.files, job_file_path(directory_, orders_.name), report->second);
  end_task(end);
  // A batch system that ends the pilot ends the task at the same time, and it may be seen first.
  if (end.cause == JobCause::signal) tell_at_ = around_.clock.now() + doubt;
}

void Pilot::end_task(JobReport end) {
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
         Seconds(around_.clock.now() - heard_).count() >= orders_.idle;
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
