#pragma once
// The suites of weir-bench: what can be measured, by name.

#include <functional>
#include <string>
#include <vector>

#include "tests/bench/reporter.h"

namespace weir::bench {

struct Options {
  bool quick = false;  ///< small and short: to see that a suite works, not to believe its figures
  std::string only;    ///< a part of the names of the cases to measure; empty: all
  std::string python;  ///< an interpreter with PyTorch and pyzmq; empty: none
  std::string device = "cpu";  ///< or "cuda": that trains

  bool wants(const std::string& name) const { return name.find(only) != std::string::npos; }
};

struct Suite {
  std::string name, purpose;
  std::function<void(Reporter&, const Options&)> run;
  bool takes_python = false;  ///< Options::python
  bool takes_device = false;  ///< Options::device
};

/// All suites; a new one is declared below and added to the table in suite.cpp.
const std::vector<Suite>& suites();

/// Batches of ten rows out of a reservoir that is larger than the caches, as they lie there and
/// normalised. Reference: memcpy of as many random rows.
void batch_suite(Reporter& reporter, const Options& options);

/// Insert and draw of each kind of buffer, 10^3 to 10^6 slots. Reference: the same kind at 10^3.
void buffer_suite(Reporter& reporter, const Options& options);

/// Many live clients on one server rank without training. References: eight clients that send the
/// same bytes, the median client, and the bytes that the rank may have in flight.
void connections_suite(Reporter& reporter, const Options& options);

/// Many client processes into one server rank without training. Reference: the same processes
/// write files to a tmpfs, and one reads them.
void fanin_suite(Reporter& reporter, const Options& options);

/// Client processes into one server rank without training, over each transport. Reference: bare
/// ZeroMQ DEALER/ROUTER with the same payload, over the same.
void ingest_suite(Reporter& reporter, const Options& options);

/// CRC-32C of what a checkpoint writes. Reference: by tables, as where the processor has no
/// instruction for it.
void checksum_suite(Reporter& reporter, const Options& options);

/// A step of Adam. Reference: a pass over the bytes that it must move, by as many threads.
void optimizer_suite(Reporter& reporter, const Options& options);

/// Samples per second of two ranks in step, and of two trainings apart. Reference: twice those of
/// one rank.
void scaling_suite(Reporter& reporter, const Options& options);

/// The caller's time in weir_send, doubles, while nothing holds it back. Reference: a loop that
/// converts as many values into memory that was used before.
void send_suite(Reporter& reporter, const Options& options);

/// A training step of the reference experiment's network, batch and all. Reference: forward,
/// backward and Adam of LibTorch's own on a batch that is there; on a GPU gpu_steps().
void step_suite(Reporter& reporter, const Options& options);

/// The same network trained by weir on a GPU that keeps the rows. Reference: PyTorch on the same
/// GPU, its rows there, Adam fused; needs Options::python. Also the bytes that a step must move,
/// over what a copy within the GPU moves.
void gpu_steps(Reporter& reporter, const Options& options);

/// Samples per second of weir-server under live ingest, on Options::device. Reference: the same
/// trainer on samples that are there; with Options::python, also a server of PyTorch and pyzmq.
void study_suite(Reporter& reporter, const Options& options);

}  // namespace weir::bench
