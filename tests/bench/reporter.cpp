#include "tests/bench/reporter.h"

#include <algorithm>
#include <ostream>

#include <nlohmann/json.hpp>

namespace weir::bench {

void Reporter::report(const Measurement& measurement) {
  nlohmann::ordered_json line = {
      {"suite", suite_},          {"case", measurement.name}, {"value", measurement.value},
      {"unit", measurement.unit}, {"reference", nullptr},     {"ratio", nullptr}};
  if (measurement.reference) {
    line["reference"] = *measurement.reference;
    line["ratio"] = measurement.value / *measurement.reference;
  }
  out_ << line.dump() << std::endl;  // at once: a suite may run for minutes
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace weir::bench
