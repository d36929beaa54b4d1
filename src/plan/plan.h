#pragma once
// A study on paper: what an ensemble, its server and its training are expected to do, by a small
// discrete-event model without any input or output.
//
// What is modelled, in seconds and samples:
// - C clients run the N simulations one after another. A simulation waits `queue_seconds`, starts
//   for `start_seconds`, and computes a step in `step_seconds`. It hands each to its window of W
//   samples; while that is full it waits, and it ends when all its samples are accepted.
// - A sample leaves its client when a slot is free for it and fewer than `inflight` are under way.
//   It passes the link, then the aggregators, each at its rate, in order of arrival, and is
//   accepted.
// - The ranks are one: samples go round them evenly, so their capacities, watermarks, batches and
//   rates are added. Agreement of the ranks costs nothing here; sums of gradients are part of
//   `train_seconds`.
// - No batch is drawn below the watermark w before reception is over. FIFO and FIRO draw
//   min(b, population) samples and remove them. A reservoir draws b with replacement: of u unseen
//   ones among P, u (1 - (1 - 1/P)^b) become seen, the fraction being carried to the next draw;
//   arrivals evict seen samples. After reception each draw removes what it drew.
// - Each batch takes `train_seconds`, full or not, and the next begins when one is possible.
//
// What is not: solvers whose steps differ in time, failures and restarts, checkpoints, validations,
// the server's own start, limits of /training/stop, and cores that trainer and solvers share.

#include <cstdint>

#include "src/study/study.h"

namespace weir {

/// All numbers are finite and none is negative; those said to be positive are checked.
struct PlanInput {
  std::uint64_t simulations = 0;  ///< N; positive
  std::uint64_t steps = 0;        ///< samples of each simulation; positive
  std::uint64_t clients = 0;      ///< C, simulations at a time; positive
  double queue_seconds = 0;       ///< from a simulation's end to the start of the next in its place
  double start_seconds = 0;       ///< from a job's start until its first step begins to be computed
  double step_seconds = 0;        ///< of the solver, for each step that is sent; positive
  double sample_bytes = 0;        ///< positive
  std::uint64_t window = 1;       ///< W, samples that a client may hold unaccepted; positive
  std::uint64_t cores_per_client = 1;

  std::uint64_t ranks = 1;  ///< of the server; positive
  BufferKind buffer = BufferKind::reservoir;
  std::uint64_t capacity = 0;   ///< samples a rank; positive
  std::uint64_t watermark = 0;  ///< samples a rank; at most the capacity
  std::uint64_t batch = 0;      ///< samples a rank and step; positive
  double train_seconds = 0;     ///< of a step on all ranks, sums of gradients included; positive
  std::uint64_t inflight = 1;   ///< samples granted to clients and not accepted, a rank; positive
  double ingest_rate = 0;       ///< bytes per second that a rank can take; 0: any
  double link_rate = 0;         ///< bytes per second between clients and server in all; 0: any
  std::uint64_t server_cores = 0;  ///< of all ranks
  std::uint64_t gpus = 0;          ///< of all ranks
};

enum class Resource { solvers, link, ingest, training };

/// What each resource needs if no other holds it up, in seconds: the study cannot take less.
struct PlanNeeds {
  double solvers = 0;   ///< ceil(N / C) simulations one after another
  double link = 0;      ///< all bytes at link_rate
  double ingest = 0;    ///< all bytes at the ranks' ingest_rate
  double training = 0;  ///< each sample once, in full batches
};

struct PlanResult {
  double duration = 0;        ///< seconds until the last batch has been trained on
  double reception = 0;       ///< seconds until the last sample was accepted
  double first_batch = 0;     ///< seconds until the first batch was drawn
  double ingest_mean = 0;     ///< bytes per second during reception
  double ingest_peak = 0;     ///< in the busiest of some 32 to 64 intervals
  std::uint64_t unique = 0;   ///< samples accepted; all of them are trained on
  std::uint64_t trained = 0;  ///< samples drawn, repeats included
  std::uint64_t batches = 0;
  double samples_per_second = 0;  ///< trained, from the first batch to the end
  double repeats = 0;             ///< how often a sample is trained on: trained / unique
  double idle = 0;  ///< share of the time from the first batch to the end without a training step
  double waiting = 0;     ///< share of the simulations' running time that they wait for the server
  double core_hours = 0;  ///< of the simulations, while they run
  double server_core_hours = 0;  ///< from the first simulation's start to the end
  double gpu_hours = 0;          ///< the same
  PlanNeeds needs;
  Resource bound_by = Resource::solvers;  ///< what needs most
};

/// Deterministic: the same input gives the same result to the bit. Takes some tenths of a second at
/// most: where there are more than about a million samples or batches, several consecutive ones are
/// one event. Error{input}: a number is missing or out of range; its name is in the text.
PlanResult plan_study(const PlanInput& input);

}  // namespace weir
