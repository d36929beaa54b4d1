#include "launcher/commands/drive.h"

#include <cstdio>
#include <iostream>

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>

#include "launcher/display/progress_writer.h"
#include "launcher/records/status_file.h"
#include "launcher/records/stop_request.h"
#include "launcher/records/study_folder.h"
#include "launcher/records/study_lock.h"
#include "launcher/run/jobs.h"
#include "launcher/run/study_run.h"
#include "launcher/schedulers/log_tail.h"
#include "launcher/schedulers/make_scheduler.h"
#include "src/core/interrupts.h"
#include "src/core/own_program.h"
#include "src/wire/study_channel.h"

namespace weir {
namespace {

constexpr Duration turn = std::chrono::milliseconds(100);
constexpr Duration quick_turn = std::chrono::milliseconds(20);
constexpr Duration status_every = std::chrono::seconds(1);

double seconds_since_1970() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<double>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count()) /
         1000;
}

spdlog::logger make_logger(const StudyDirectory& directory) {
  auto sink =
      std::make_shared<spdlog::sinks::basic_file_sink_st>(directory.launcher_log().string());
  spdlog::logger logger("launcher", std::move(sink));
  logger.flush_on(spdlog::level::trace);
  return logger;
}

/// What the launcher shows and writes while a study runs.
class Desk {
 public:
  Desk(const Study& study, const StudyDirectory& directory, const Clock& clock)
      : directory_(directory),
        silence_(silence_of(study.launcher.scheduler)),
        clock_(clock),
        logger_(make_logger(directory)),
        progress_(std::cout, clock, standard_output_style()),
        next_status_(clock.now()) {}

  void note(NoteLevel level, const std::string& text) {
    logger_.log(level == NoteLevel::warning ? spdlog::level::warn : spdlog::level::info, "{}",
                text);
    if (level != NoteLevel::detail) progress_.say(text);
  }

  void update(const Snapshot& snapshot) {
    progress_.update(snapshot);
    const bool news =
        snapshot.phase != written_phase_ || snapshot.status.has_value() != counts_written_;
    if (!news && clock_.now() < next_status_) return;
    next_status_ = clock_.now() + status_every;
    write(snapshot);
  }

  /// A status that cannot be written is no reason to end a study; it is said once.
  void write(const Snapshot& snapshot) {
    written_phase_ = snapshot.phase;
    counts_written_ = snapshot.status.has_value();
    try {
      posix_file_system().replace(status_path(directory_),
                                  write_status(status_of(snapshot, silence_)), 0600);
    } catch (const Error& error) {
      if (!std::exchange(warned_, true)) note(NoteLevel::warning, error.what());
    }
  }

 private:
  const StudyDirectory& directory_;
  const std::int64_t silence_;
  const Clock& clock_;
  spdlog::logger logger_;
  ProgressWriter progress_;
  Time next_status_;
  RunPhase written_phase_ = RunPhase::starting;
  bool counts_written_ = false;
  bool warned_ = false;
};

/// A second interrupt ends a study at once; a second `weir stop` means what the first one did.
void heed(StopRequests& wishes, StudyRun& run, Desk& desk) {
  const auto who = wishes.take();
  if (!who || run.server_end().interrupted) return;
  desk.note(NoteLevel::info, "`weir stop` asks for the end (" + *who + ")");
  run.interrupt();
}

/// A pilot is idle for as long as the launcher does not look.
Duration turn_of(const Study& study) {
  const auto kind = study.launcher.scheduler;
  const bool pool = kind == SchedulerKind::slurm_pool || kind == SchedulerKind::local_pool;
  return pool ? quick_turn : turn;
}

void drive(StudyRun& run, Interrupts& interrupts, StopRequests& wishes, Desk& desk,
           Duration at_most) {
  while (run.tick()) {
    if (interrupts.take()) run.interrupt();
    heed(wishes, run, desk);
    desk.update(run.snapshot());
    run.wait(at_most);
  }
  desk.write(run.snapshot());
}

Outcome conclude(const StudyRun& run, const StudyDirectory& directory) {
  auto& files = posix_file_system();
  auto summary = read_summary(files, directory);
  // What the last of many incarnations wrote is not why the study failed.
  if (!run.server_end().failure.empty() && !has_result(files, directory)) summary.reset();
  auto outcome = decide_outcome(summary, run.server_end(),
                                last_server_message(server_job_log(directory)), directory);
  if (!summary && outcome.exit_code != 0)
    write_failure_summary(files, directory, run.snapshot(), outcome.text);
  return outcome;
}

}  // namespace

Outcome drive_study(const Study& study, const StudyDirectory& directory,
                    const DriveOptions& options) {
  const StudyLock lock(directory);
  Interrupts interrupts;
  const SystemClock clock;
  Desk desk(study, directory, clock);
  if (options.resume) {
    for (const auto& change : change_how_it_runs(posix_file_system(), directory, study))
      desk.note(NoteLevel::info, change);
  }
  StopRequests wishes(posix_file_system(), directory, clock);
  const auto scheduler = make_scheduler(study, directory, posix_file_system(), clock);
  const auto journal_path = directory.run() / "journal.jsonl";
  const auto past = read_journal(posix_file_system(), journal_path);
  Journal journal(posix_file_system(), journal_path, seconds_since_1970);
  const RunSurroundings around = {
      .scheduler = *scheduler,
      .files = posix_file_system(),
      .clock = clock,
      .journal = journal,
      .note = [&](NoteLevel level, const std::string& text) { desk.note(level, text); },
      .connect =
          [&](const auto& endpoint) {
            return wire::connect_to_study(posix_file_system(), directory, endpoint);
          }};
  StudyRun run(study, directory,
               server_job(study, directory, own_program("weir-server"), options.record), around);
  desk.note(NoteLevel::detail, scheduler->explain());
  if (options.resume)
    run.resume(past);
  else
    run.start();
  drive(run, interrupts, wishes, desk, turn_of(study));
  auto outcome = conclude(run, directory);
  add_failed_jobs(posix_file_system(), directory, read_journal(posix_file_system(), journal_path));
  desk.note(NoteLevel::detail, outcome.text);
  return outcome;
}

int print_outcome(const Outcome& outcome) {
  (outcome.exit_code == 0 ? std::cout : std::cerr) << "weir: " << outcome.text << std::endl;
  return outcome.exit_code;
}

}  // namespace weir
