#pragma once
// Results of benchmarks as JSON lines: {suite, case, value, unit, reference, ratio}.

#include <iosfwd>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weir::bench {

struct Measurement {
  std::string name;  ///< of the case
  double value = 0;
  std::string unit;
  std::optional<double> reference;  ///< what the value is to be compared with, in the same unit;
                                    ///< null when there is none
};

/// Writes each measurement as it comes. Not thread-safe.
class Reporter {
 public:
  Reporter(std::ostream& out, std::string suite) : out_(out), suite_(std::move(suite)) {}
  /// `ratio` is value / reference.
  void report(const Measurement& measurement);

 private:
  std::ostream& out_;
  std::string suite_;
};

/// The middle one. Precondition: not empty.
double median(std::vector<double> values);

}  // namespace weir::bench
