#pragma once
// Declarations of what runs the study: /server, /client, /launcher. See declare.h.

#include "src/study/key.h"
#include "src/study/study.h"

namespace weir {

template <class V>
void declare(V& v, ServerSettings& s) {
  v.value({.name = "ranks",
           .range = at_least(1).up_to(65536),
           .unit = "MPI ranks",
           .meaning = "processes that receive and train; each holds a buffer"},
          s.ranks);
  v.value({.name = "threads",
           .range = at_least(1).up_to(65536),
           .unit = "threads per rank",
           .meaning = "threads that LibTorch computes with"},
          s.threads);
  v.value({.name = "inflight_mib",
           .range = at_least(1).up_to(1048576),
           .unit = "MiB per rank",
           .meaning = "what clients may have sent that is not in a slot yet; at least one sample",
           .consequence = "too little keeps the network idle between two grants"},
          s.inflight_mib);
  v.value({.name = "liveness",
           .range = above(0),
           .unit = "s",
           .meaning = "silence after which a client counts as gone"},
          s.liveness);
  v.value({.name = "progress",
           .range = above(0),
           .unit = "s",
           .meaning = "time without a new sample, though some are expected and there is room",
           .consequence = "the study fails when it is over, and saves what was trained"},
          s.progress);
}

template <class V>
void declare(V& v, ClientSettings& s) {
  v.value({.name = "window_mib",
           .range = at_least(1).up_to(1048576),
           .unit = "MiB",
           .meaning = "what a client may hold that is not accepted yet; at least one sample",
           .consequence = "memory in the solver; more lets it run on while the server is busy"},
          s.window_mib);
  v.value({.name = "timeout",
           .range = above(0),
           .unit = "s",
           .meaning = "how long a call of the client API may wait before it fails"},
          s.timeout);
}

template <class V>
void declare(V& v, LauncherSettings& s) {
  v.value({.name = "scheduler", .meaning = "what runs the jobs; local: this machine"}, s.scheduler);
  v.value({.name = "jobs",
           .range = at_least(1).up_to(1000000),
           .unit = "simulations",
           .meaning = "how many run at a time",
           .consequence = "more make samples faster and mix them better"},
          s.jobs);
  v.value({.name = "server_start",
           .range = above(0),
           .unit = "s",
           .meaning = "time until the server must answer"},
          s.server_start);
}

}  // namespace weir
