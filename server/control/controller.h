#pragma once
// Rank 0's controller: drives the ensemble through the launcher, decides when reception is over and
// why a study stops.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "server/control/simulation_table.h"
#include "server/sampling/design.h"
#include "server/training/trainer.h"
#include "src/core/clock.h"
#include "src/study/study.h"
#include "src/wire/channel.h"
#include "src/wire/message.h"

namespace weir {

struct Outgoing {
  wire::Peer peer;
  wire::Message message;
};

/// Why a study ends before its samples are used up.
struct StopReason {
  bool failed = false;  ///< else it was asked for
  std::string text;
  bool relieved = false;  ///< another server goes on with the study
};

/// Thread-safe. Aggregator thread: receive, tick. Trainer thread: the rest.
class Controller {
 public:
  /// `study` and `design` outlive the controller. `study_id`: what a launcher must name. Without
  /// simulations to run (training from a data set) reception is over from the start.
  Controller(const Study& study, const Design* design, std::uint64_t study_id, std::uint64_t epoch,
             std::size_t ranks, Time now);

  /// What outlives the server.
  TableState save() const;
  /// Before the threads start. Launchers are heard from the first round on, when the ranks have
  /// told which simulations are complete.
  void restore(const TableState& state);

  /// A launcher's message; the answers to send. Others are ignored. Repeats are harmless.
  std::vector<Outgoing> receive(const wire::Peer& peer, const wire::Message& message, Time now);
  /// What is to be said unasked: attempts to start, and about once a second the status.
  std::vector<Outgoing> tick(Time now);

  /// What all ranks told in a round (RankEvent words), empty or not.
  void apply(std::span<const std::int64_t> words, Time now, bool room);
  /// Attempts that have become the lowest ones that count, since the last call.
  std::vector<Attempt> take_fences();
  /// Simulations to be handed out soon whose parameters the design has not settled, ascending: as
  /// many as the launcher has places for, and a few more. None once the study stops.
  std::vector<std::uint64_t> to_settle() const;
  /// All of which no launcher was told, whose parameters are not settled; ascending.
  std::vector<std::uint64_t> unsettled() const;
  void progress(const TrainingProgress& progress);
  void beat();  ///< a sign of life of the trainer's thread, for the launcher's watchdog
  /// Further signs of life, counted by `pulse` until this is given an empty one.
  void watch(std::function<std::uint64_t()> pulse);
  void published();                     ///< one more checkpoint
  void stop(const StopReason& reason);  ///< the first one counts
  void finish();                        ///< the training has ended: the next tick says so

  bool reception_over() const;
  std::optional<StopReason> stop_reason() const;
  SimulationCounts counts() const;
  std::vector<std::string> take_notices();

 private:
  void hear(const wire::Peer& peer, const wire::LaunchHello& hello, std::vector<Outgoing>& answers);
  void check_patience(Time now, bool room);
  wire::LaunchStatus status() const;
  wire::LaunchRun run(const Attempt& attempt) const;
  void apply_event(const struct RankEvent& event, Time now);

  const Study& study_;
  const Design* design_;
  const std::uint64_t study_id_, epoch_;

  mutable std::mutex mutex_;
  // All below is guarded by mutex_.
  std::optional<SimulationTable> table_;
  std::vector<std::uint64_t> accepted_;  ///< unique samples by rank
  Time last_progress_;                   ///< a sample came, or none could
  Time last_word_;                       ///< of a launcher
  TrainingProgress progress_;
  std::optional<StopReason> stop_;
  wire::Peer launcher_;
  std::size_t capacity_ = 0;
  Time next_status_;
  bool finished_ = false, finish_said_ = false;
  bool all_wait_ = false;  ///< every job that the launcher has waits for a place to run
  bool deaf_ = false;      ///< restored, and no round has passed yet
  std::uint64_t pulse_ = 0, checkpoints_ = 0;
  std::function<std::uint64_t()> further_pulse_;
};

}  // namespace weir
