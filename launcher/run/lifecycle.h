#pragma once
// The life of one attempt of a simulation, as a table: state × event → next state and what to do.

#include <span>

namespace weir {

enum class AttemptState {
  queued,     ///< asked for by the server; no place is free
  submitted,  ///< handed to the scheduler, not seen running
  running,
  ending,        ///< cancelled by the launcher; the scheduler has not said that it ended
  ended,         ///< its end is being reported to the server
  acknowledged,  ///< the server knows; kept, so that a repeated request does not start it again
};

enum class AttemptEvent {
  place_free,  ///< fewer jobs than the study allows
  refused,     ///< the scheduler did not take it
  seen_running,
  job_over,      ///< the scheduler says that it ended, however
  time_up,       ///< it ran as long as the study allows
  withdrawn,     ///< nobody wants it any more: a higher attempt, or the end of the study
  acknowledged,  ///< the server has its end
  requested,     ///< asked for again, by a server that does not know its end any more
};

enum class AttemptAction { none, submit, start_time_limit, cancel, report };

struct AttemptRule {
  AttemptState state;
  AttemptEvent event;
  AttemptState next;
  AttemptAction action;
};

struct AttemptStep {
  AttemptState next;
  AttemptAction action;
};

/// Every rule. A pair that is not in it is an event that came late: nothing changes.
std::span<const AttemptRule> attempt_rules();

/// What follows from `event` in `state`.
AttemptStep step(AttemptState state, AttemptEvent event);

/// Whether an attempt in this state takes one of the study's places.
inline bool takes_place(AttemptState state) {
  return state == AttemptState::submitted || state == AttemptState::running ||
         state == AttemptState::ending;
}

}  // namespace weir
