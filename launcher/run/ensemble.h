#pragma once
// The attempts that the server asked for: started when a place is free, watched, and reported when
// they end.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "launcher/records/journal.h"
#include "launcher/run/attempt_files.h"
#include "launcher/run/jobs.h"
#include "launcher/run/lifecycle.h"
#include "launcher/run/note.h"
#include "launcher/run/past.h"
#include "launcher/run/server_link.h"
#include "launcher/schedulers/scheduler.h"
#include "src/core/clock.h"
#include "src/core/file_system.h"
#include "src/core/study_directory.h"
#include "src/study/study.h"
#include "src/wire/message.h"

namespace weir {

/// Drives every attempt through the table of lifecycle.h, and removes its files when its end is in
/// the journal (AttemptFiles says which). Deterministic; used by one thread. The references outlive
/// it.
class Ensemble {
 public:
  /// Errors as of Templates.
  Ensemble(const Study& study, StudyDirectory directory, Scheduler& scheduler, FileSystem& files,
           const Clock& clock, Journal& journal, Note note);

  /// Goes on with what an earlier launcher submitted: what lives is watched as if it were this
  /// one's, what ended is reported again, what was only meant to be submitted may be. To be called
  /// first.
  void inherit(const std::vector<PastAttempt>& past);

  /// The server asks for an attempt. A repeated request starts nothing; one of an attempt that has
  /// ended has its end reported again. A higher attempt replaces the lower ones, which failed for
  /// the reason that the server gives.
  void request(const wire::LaunchRun& run);
  /// The server knows how this attempt ended.
  void acknowledge(AttemptId id);

  /// What the scheduler says of its jobs; those of others are ignored.
  void observe(const std::map<JobId, JobReport>& reports);
  /// How many simulations are neither finished nor given up, as the server says: when no others are
  /// left than those that run or wait, a wave goes before it is full.
  void expect(std::uint64_t open) { open_ = open; }
  /// Submits what the free places allow, oldest request first, launcher.wave together, for about
  /// two seconds at most, the rest in the next call; and cancels what has run for too long.
  void advance();

  /// The server died: what it asked for and was not submitted is forgotten, for its successor asks
  /// for what it wants. What runs goes on.
  void server_lost();
  /// Nothing is wanted any more: the queue is dropped, what runs is cancelled.
  void withdraw_all(const std::string& reason);
  /// Ends at once whatever still has a job.
  void kill_all();

  /// Ends that the server has not acknowledged, by simulation.
  std::vector<wire::LaunchEnded> unacknowledged() const;
  /// The highest attempt of each simulation that was ever submitted; of more than 50 000
  /// simulations those that run.
  KnownAttempts known() const;
  std::size_t jobs() const { return count(&takes_place); }  ///< attempts that take a place
  std::size_t queued() const;
  /// Of jobs(), those that the scheduler has not started.
  std::size_t pending() const {
    return count([](AttemptState state) { return state == AttemptState::submitted; });
  }

 private:
  struct Attempt {
    AttemptState state = AttemptState::queued;
    std::vector<double> parameters;
    std::uint64_t order = 0;  ///< of its request
    std::string name;         ///< of its job
    JobId job;                ///< empty: never submitted, or by an earlier launcher and gone
    bool submitted = false;
    Time running_since{};
    wire::JobEnd end{};
    std::string reason;
    bool withdrawn = false;  ///< nobody wants it any more
    bool well = false;       ///< its program was seen to end with exit code 0
  };

  void inherit(const PastAttempt& past);
  void remove_leftovers();
  bool overtaken(AttemptId id) const;
  void apply(AttemptId id, Attempt& attempt, AttemptEvent event);
  std::size_t wave_size() const;
  void submit_wave();
  std::optional<JobRequest> prepare(AttemptId id, Attempt& attempt);
  void take(AttemptId id, Attempt& attempt, const Submission& submission);
  void refuse(AttemptId id, Attempt& attempt, const std::string& why);
  void report(AttemptId id, Attempt& attempt);
  void tell_failure(AttemptId id, const Attempt& attempt);
  bool record_end(const Attempt& attempt);
  bool record(const JournalEntry& entry);
  void remove_files(AttemptId id, const Attempt& attempt);
  void withdraw(AttemptId id, Attempt& attempt, const std::string& reason);
  void replace_lower(AttemptId id, const std::string& why);
  void replace(AttemptId id, Attempt& attempt, std::uint64_t by, const std::string& why);
  void observe(AttemptId id, Attempt& attempt, const JobReport& report);
  void enforce_time_limit();
  std::size_t count(bool (*in)(AttemptState)) const;
  std::map<AttemptId, Attempt>::iterator oldest_queued();

  const Study& study_;
  StudyDirectory directory_;
  Scheduler& scheduler_;
  AttemptFiles files_;
  const Clock& clock_;
  Journal& journal_;
  Note note_;
  std::map<AttemptId, Attempt> attempts_;
  std::vector<AttemptId> wave_;  ///< to be submitted now
  std::uint64_t requests_ = 0;
  Time last_request_{};
  std::uint64_t open_ = std::numeric_limits<std::uint64_t>::max();
};

}  // namespace weir
