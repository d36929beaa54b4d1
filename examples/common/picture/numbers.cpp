#include "examples/common/picture/numbers.h"

#include <cmath>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "src/core/error.h"

namespace picture {
namespace {

using nlohmann::json;

std::string rounded(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

std::string whole(const json& value) { return std::to_string(value.get<std::size_t>()); }

std::string validation_line(const json& validation) {
  if (validation.is_null()) return "validation:  none\n";
  return "validation:  loss " + rounded(validation.at("loss").get<double>()) + ", relative L2 " +
         rounded(100 * validation.at("relative_l2").get<double>()) + " % (mean over all steps)\n";
}

std::string lines(const json& summary) {
  const auto& simulations = summary.at("simulations");
  const auto& samples = summary.at("samples");
  return "simulations: " + whole(simulations.at("finished")) + " of " +
         whole(simulations.at("expected")) + " finished, " + whole(simulations.at("failed")) +
         " failed, " + whole(simulations.at("restarted")) + " restarted\n" +
         "samples:     " + whole(samples.at("unique")) + " of " + whole(samples.at("expected")) +
         " received, " + whole(samples.at("lost")) + " lost, " + whole(samples.at("trained")) +
         " trained on (repeats counted)\n" + "training:    " + whole(summary.at("batches")) +
         " batches in " + rounded(summary.at("seconds").at("training").get<double>()) + " s, " +
         std::to_string(std::lround(summary.at("samples_per_second").at("mean").get<double>())) +
         " samples/s, " + whole(summary.at("server").at("ranks")) + " server rank(s)\n" +
         validation_line(summary.at("validation"));
}

}  // namespace

std::string main_numbers(const std::string& summary) {
  try {
    return lines(json::parse(summary));
  } catch (const json::exception& error) {
    throw weir::Error(weir::ErrorKind::input,
                      std::string("summary.json is not that of an ended study: ") + error.what());
  }
}

}  // namespace picture
