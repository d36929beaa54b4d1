#pragma once
// Declarations of what runs the study: /server, /client, /launcher; and of what records it,
// /trackers. See declare.h.

#include "src/study/key.h"
#include "src/study/study.h"

namespace weir {

template <class V>
void declare(V& v, CheckpointSettings& s) {
  v.value({.name = "every",
           .range = at_least(0),
           .unit = "s",
           .meaning = "time from one checkpoint to the next; 0: none by time",
           .consequence = "after a server's death everything since the last one is done again"},
          s.every);
  v.value({.name = "batches",
           .range = at_least(1),
           .unit = "batches",
           .meaning = "a checkpoint also after so many batches since the last one"},
          s.batches);
  v.value({.name = "keep",
           .range = at_least(2).up_to(1000),
           .unit = "checkpoints",
           .meaning = "how many stay on the disk; their rows are shared where they are the same"},
          s.keep);
}

template <class V>
void declare(V& v, TransportSettings& s) {
  v.value(
      {.name = "kind",
       .meaning =
           "what carries the steps: ipc, inside the study directory of one machine; tcp, between "
           "machines"},
      s.kind);
  v.value(
      {.name = "interface",
       .meaning = "for tcp: name (eth0) or address of the network interface that solvers reach"},
      s.interface);
  v.value(
      {.name = "security",
       .meaning =
           "for tcp: curve encrypts and lets in only who holds this study's keys; none: anybody"},
      s.security);
}

template <class V>
void declare(V& v, ServerSettings& s) {
  v.value({.name = "ranks",
           .range = at_least(1).up_to(65536),
           .unit = "MPI ranks",
           .meaning = "processes that receive and train; each holds a buffer"},
          s.ranks);
  v.value(
      {.name = "launch",
       .meaning = "start the ranks with mpirun, srun, direct (one rank), or automatic: mpirun on "
                  "this machine, srun under Slurm"},
      s.launch);
  v.value({.name = "threads",
           .range = at_least(1).up_to(65536),
           .unit = "threads per rank",
           .meaning = "threads that LibTorch computes with"},
          s.threads);
  v.value({.name = "device",
           .meaning = "cpu, cuda (a GPU a rank, without one the server ends) or automatic: a GPU "
                      "where there is one and weir was built for it, which the log says",
           .consequence = "automatic with /launcher/server/accelerators is cuda"},
          s.device);
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
  v.value(
      {.name = "without_launcher",
       .range = above(0),
       .unit = "s",
       .meaning = "time without a launcher while simulations are to be started and none sends",
       .consequence = "the server then saves a checkpoint and stops; `weir run --resume` goes on"},
      s.without_launcher);
  v.value(
      {.name = "plugins",
       .form = Form::file,
       .meaning = "shared libraries that bring models, losses, transforms, loops or strategies; "
                  "relative to the study file's folder"},
      s.plugins);
  v.section({.name = "transport", .meaning = "how solvers reach the server"}, s.transport);
}

template <class V>
void declare(V& v, ClientSettings& s) {
  v.value(
      {.name = "window_mib",
       .range = at_least(1).up_to(1048576),
       .unit = "MiB",
       .meaning = "what a client may hold that is not accepted yet; at least one sample",
       .consequence = "memory in the solver, on rank 0 or, of one that does not gather, divided "
                      "among its ranks; more lets it run on while the server is busy"},
      s.window_mib);
  v.value({.name = "timeout",
           .range = above(0),
           .unit = "s",
           .meaning = "how long a call of the client API may wait before it fails"},
          s.timeout);
}

template <class V>
void declare(V& v, JobResources& s) {
  v.value({.name = "partition", .form = Form::option, .meaning = "partition (OAR: queue)"},
          s.partition);
  v.value({.name = "account", .form = Form::option, .meaning = "account that pays (OAR: project)"},
          s.account);
  v.value({.name = "qos", .form = Form::option, .meaning = "quality of service"}, s.qos);
  v.value({.name = "reservation", .form = Form::option, .meaning = "reservation to run in"},
          s.reservation);
  v.value({.name = "constraint",
           .form = Form::option,
           .meaning = "features that the nodes must have (OAR: properties)"},
          s.constraint);
  v.value({.name = "nodes",
           .range = at_least(0).up_to(1000000),
           .unit = "nodes",
           .meaning = "of one job; 0: as many as its ranks need"},
          s.nodes);
  v.value({.name = "cores_per_rank",
           .range = at_least(1).up_to(65536),
           .unit = "cores",
           .meaning = "of each MPI rank"},
          s.cores_per_rank);
  v.value({.name = "mpi",
           .form = Form::option,
           .meaning = "how srun and the program's MPI find each other, such as pmix or pmi2 (srun "
                      "--mpi); empty: the site's default"},
          s.mpi);
  v.value({.name = "accelerators",
           .form = Form::option,
           .meaning = "generic resources of each node, such as gpu:4"},
          s.accelerators);
  v.value({.name = "memory_mib",
           .range = at_least(0).up_to(1099511627776),
           .unit = "MiB",
           .meaning = "memory of each node; 0: the partition's default"},
          s.memory_mib);
  v.value({.name = "time_limit",
           .range = at_least(0),
           .unit = "s",
           .meaning = "how long a job may run, rounded up to minutes; 0: the partition's default"},
          s.time_limit);
  v.value(
      {.name = "options", .meaning = "further options of the submission, each passed on as it is"},
      s.options);
  v.value({.name = "modules", .form = Form::option, .meaning = "environment modules to load"},
          s.modules);
  v.value({.name = "setup",
           .meaning = "shell lines that run in the job before its program; the only text of a "
                      "study that a shell sees"},
          s.setup);
}

template <class V>
void declare(V& v, LauncherSettings& s) {
  v.value({.name = "scheduler",
           .meaning = "what runs the jobs. local: this machine; slurm, oar: a batch job for each "
                      "simulation; slurm-steps: steps of the Slurm job that one is in; slurm-pool: "
                      "Slurm jobs that run one simulation after another; local-pool: the same on "
                      "this machine, to try it"},
          s.scheduler);
  v.value({.name = "jobs",
           .range = at_least(1).up_to(1000000),
           .unit = "simulations",
           .meaning = "how many run at a time",
           .consequence = "more make samples faster and mix them better"},
          s.jobs);
  v.value({.name = "wave",
           .range = at_least(1).up_to(100000),
           .unit = "simulations",
           .meaning = "how many are submitted together, as one job array where there are arrays",
           .consequence = "more spare the batch system; a wave waits for as many free places"},
          s.wave);
  v.value(
      {.name = "start",
       .meaning = "which resources are waited for first; clients-first keeps the server's out "
                  "of the queue until a pilot runs (slurm-pool; slurm-steps, where all is there)"},
      s.start);
  v.value({.name = "poll",
           .range = above(0),
           .unit = "s",
           .meaning = "time between two questions to a batch system, each about all jobs"},
          s.poll);
  v.value({.name = "warning",
           .range = at_least(0),
           .unit = "s",
           .meaning = "time before the end of its job at which the server saves a checkpoint and "
                      "makes room for its successor"},
          s.warning);
  v.value({.name = "idle",
           .range = above(0),
           .unit = "s",
           .meaning = "time without a simulation after which a pilot of a pool ends"},
          s.idle);
  v.section({.name = "server", .meaning = "what the server's job asks of a batch system"},
            s.server);
  v.section({.name = "clients",
             .meaning = "what the job of a simulation, or a pilot, asks of a batch system"},
            s.clients);
  v.value({.name = "server_start",
           .range = above(0),
           .unit = "s",
           .meaning =
               "time from the start of the server's job until it must answer; waiting in a queue "
               "does not count"},
          s.server_start);
  v.value({.name = "watchdog",
           .range = above(0),
           .unit = "s",
           .meaning = "time without a sign of life from a server rank after which the server is "
                      "killed and started again",
           .consequence = "must be longer than the longest step or validation"},
          s.watchdog);
  v.value({.name = "server_restarts",
           .range = at_least(0).up_to(1000000),
           .unit = "restarts",
           .meaning = "how often a server that died or hung is started again"},
          s.server_restarts);
}

template <class V>
void declare(V& v, MlflowSettings& s) {
  v.value(
      {.name = "enabled",
       .meaning = "write the training as a run of MLflow, besides metrics.jsonl and TensorBoard"},
      s.enabled);
  v.value({.name = "folder",
           .meaning = "that holds MLflow's experiments (its file store); several studies may share "
                      "one; null: D/mlruns"},
          s.folder);
  v.value({.name = "experiment",
           .form = Form::option,
           .meaning = "name of the experiment that the run belongs to; empty: the study's name"},
          s.experiment);
}

template <class V>
void declare(V& v, TrackerSettings& s) {
  v.section({.name = "mlflow", .meaning = "runs that MLflow shows (docs/trackers.md)"}, s.mlflow);
}

}  // namespace weir
