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

  bool wants(const std::string& name) const { return name.find(only) != std::string::npos; }
};

struct Suite {
  std::string name, purpose;
  std::function<void(Reporter&, const Options&)> run;
};

/// All suites; a new one is declared below and added to the table in suite.cpp.
const std::vector<Suite>& suites();

/// Insert and draw of each kind of buffer, 10^3 to 10^6 slots. Reference: the same kind at 10^3.
void buffer_suite(Reporter& reporter, const Options& options);

/// Client processes into one server rank without training. Reference: bare ZeroMQ DEALER/ROUTER
/// with the same payload.
void ingest_suite(Reporter& reporter, const Options& options);

/// CRC-32C of what a checkpoint writes. Reference: by tables, as where the processor has no
/// instruction for it.
void checksum_suite(Reporter& reporter, const Options& options);

}  // namespace weir::bench
