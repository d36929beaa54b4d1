#pragma once
// The attempts that the server asked for: started when a place is free, watched, and reported when
// they end.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "launcher/jobs.h"
#include "launcher/journal.h"
#include "launcher/lifecycle.h"
#include "launcher/note.h"
#include "launcher/past.h"
#include "launcher/schedulers/scheduler.h"
#include "launcher/server_link.h"
#include "src/core/clock.h"
#include "src/core/study_directory.h"
#include "src/study/study.h"
#include "src/wire/message.h"

namespace weir {

/// Drives every attempt through the table of lifecycle.h. Deterministic; used by one thread. The
/// references outlive it.
class Ensemble {
 public:
  Ensemble(const Study& study, StudyDirectory directory, Scheduler& scheduler, const Clock& clock,
           Journal& journal, Note note);

  /// Goes on with what an earlier launcher submitted: what lives is watched as if it were this
  /// one's, what ended is reported again, what was only meant to be submitted may be. To be called
  /// first.
  void inherit(const std::vector<PastAttempt>& past);

  /// The server asks for an attempt. A repeated request starts nothing; one of an attempt that has
  /// ended has its end reported again. A higher attempt withdraws the lower ones.
  void request(const wire::LaunchRun& run);
  /// The server knows how this attempt ended.
  void acknowledge(AttemptId id);

  /// What the scheduler says of its jobs; those of others are ignored.
  void observe(const std::map<JobId, JobReport>& reports);
  /// Submits what the free places allow, oldest request first, and cancels what has run for too
  /// long.
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
    bool withdrawn = false;
  };

  void inherit(const PastAttempt& past);
  bool overtaken(AttemptId id) const;
  void apply(AttemptId id, Attempt& attempt, AttemptEvent event);
  void submit(AttemptId id, Attempt& attempt);
  void report(AttemptId id, Attempt& attempt);
  void record(const JournalEntry& entry);
  void withdraw(AttemptId id, Attempt& attempt, const std::string& reason);
  void withdraw_lower(AttemptId id);
  void observe(AttemptId id, Attempt& attempt, const JobReport& report);
  void enforce_time_limit();
  std::size_t count(bool (*in)(AttemptState)) const;
  std::map<AttemptId, Attempt>::iterator oldest_queued();

  const Study& study_;
  StudyDirectory directory_;
  Scheduler& scheduler_;
  const Clock& clock_;
  Journal& journal_;
  Note note_;
  std::map<AttemptId, Attempt> attempts_;
  std::uint64_t requests_ = 0;
};

}  // namespace weir
