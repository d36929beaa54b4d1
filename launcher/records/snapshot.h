#pragma once
// How a study stands at a moment, as the launcher knows it: what progress lines and status.json are
// made of.

#include <cstddef>
#include <cstdint>
#include <optional>

#include "src/wire/message.h"

namespace weir {

enum class RunPhase {
  waiting,   ///< for the resources of simulations, before the server is started
  starting,  ///< the server was started and has not answered
  running,
  restarting,  ///< the server died; the next one is not started yet
  stopping,    ///< an end was asked for
  ending,      ///< the server has ended; jobs are being cleared away
  ended,
};

struct Snapshot {
  RunPhase phase = RunPhase::starting;
  std::optional<wire::LaunchStatus> status;  ///< the server's latest
  std::size_t jobs = 0, queued = 0;  ///< attempts that were submitted, that wait for a place
  std::size_t pending = 0;           ///< of `jobs`, those that the batch system has not started
  bool server_pending = false;       ///< the server's job waits in the batch system's queue
  double seconds = 0;                ///< since the start of this launcher
  std::size_t server_restarts = 0;   ///< of the study, under every launcher
  bool resumed = false;              ///< an earlier launcher had begun the study
  std::uint64_t samples_before = 0;  ///< resumed: accepted before this launcher came
};

inline const char* name_of(RunPhase phase) {
  constexpr const char* names[] = {"waiting",  "starting", "running", "restarting",
                                   "stopping", "ending",   "ended"};
  return names[static_cast<std::size_t>(phase)];
}

}  // namespace weir
