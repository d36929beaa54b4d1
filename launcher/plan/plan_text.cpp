#include "launcher/plan/plan_text.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

#include <nlohmann/json.hpp>

#include "launcher/doctor/finding.h"
#include "launcher/records/progress.h"

namespace weir {
namespace {

using Json = nlohmann::ordered_json;

template <typename... Values>
std::string formatted(const char* format, Values... values) {
  std::array<char, 160> text{};
  std::snprintf(text.data(), text.size(), format, values...);
  return text.data();
}

/// "1.41 GB/s", "16.7 ms".
std::string scaled(double value, const std::string& unit) {
  static constexpr std::array<std::pair<double, const char*>, 7> prefixes = {
      {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}, {1, ""}, {1e-3, "m"}, {1e-6, "u"}}};
  if (unit.empty() || value == 0)
    return formatted("%.0f", value) + (unit.empty() ? "" : " " + unit);
  for (const auto& [factor, prefix] : prefixes) {
    if (value < factor || (unit == "s" && factor > 1)) continue;
    return formatted("%.3g ", value / factor) + prefix + unit;
  }
  return formatted("%.3g ", value) + unit;
}

std::string time_text(double seconds) {
  return seconds < 10 ? scaled(seconds, "s") : duration_text(seconds);
}

const char* resource_name(Resource resource) {
  switch (resource) {
    case Resource::solvers:
      return "solvers";
    case Resource::link:
      return "link";
    case Resource::ingest:
      return "ingest";
    case Resource::training:
      return "training";
  }
  return "";
}

std::string line(const char* name, const std::string& text) {
  return formatted("  %-20s", name) + text + "\n";
}

std::string figure_line(const Figure& figure) {
  return formatted("  %-33s %10s  %-9s", figure.text.c_str(),
                   scaled(figure.value, figure.unit).c_str(), origin_name(figure.origin)) +
         figure.source + "\n";
}

std::string cost_text(const PlanResult& result) {
  std::string text = formatted("%.3g core-hours of solvers, %.3g of the server", result.core_hours,
                               result.server_core_hours);
  if (result.gpu_hours > 0) text += formatted(", %.3g GPU-hours", result.gpu_hours);
  return text;
}

std::string expected_text(const StudyPlan& plan) {
  const auto& result = plan.result;
  return line("time", time_text(result.duration) + ", the first batch after " +
                          time_text(result.first_batch)) +
         line("ingest", scaled(result.ingest_mean, "B/s") + " on average, " +
                            scaled(result.ingest_peak, "B/s") + " at most") +
         line("training", formatted("%.4g samples/s, each sample %.2f times, %.0f batches",
                                    result.samples_per_second, result.repeats,
                                    static_cast<double>(result.batches))) +
         line("trainer idle", formatted("%.1f %% of its time", 100 * result.idle)) +
         line("solvers wait", formatted("%.1f %% of their time", 100 * result.waiting)) +
         line("memory", size_text(plan.server_memory) + " of the server, " +
                            size_text(plan.client_memory) + " of each simulation for weir") +
         line("cost", cost_text(result));
}

std::string bound_text(const PlanResult& result) {
  const auto& needs = result.needs;
  std::string text = std::string(resource_name(result.bound_by)) +
                     "; alone they would take: " + "solvers " + time_text(needs.solvers) +
                     ", training each sample once " + time_text(needs.training) + ", ingest " +
                     time_text(needs.ingest);
  if (needs.link > 0) text += ", link " + time_text(needs.link);
  return text;
}

std::string variant_text(const StudyPlan& plan, const StudyPlan& variant) {
  const auto& result = variant.result;
  const bool more_ranks = variant.input.ranks != plan.input.ranks;
  const std::string what = more_ranks
                               ? std::to_string(variant.input.ranks) + " ranks"
                               : std::to_string(variant.input.clients) + " simulations at a time";
  return "with " + what + ": " + time_text(result.duration) +
         formatted(
             ", %.4g samples/s, each sample %.2f times, trainer idle %.1f %%, solvers wait "
             "%.1f %%; bound by ",
             result.samples_per_second, result.repeats, 100 * result.idle, 100 * result.waiting) +
         resource_name(result.bound_by);
}

Json expected_json(const StudyPlan& plan) {
  const auto& result = plan.result;
  return {{"seconds", result.duration},
          {"first_batch_seconds", result.first_batch},
          {"reception_seconds", result.reception},
          {"ingest_bytes_per_second", {{"mean", result.ingest_mean}, {"peak", result.ingest_peak}}},
          {"samples", {{"unique", result.unique}, {"trained", result.trained}}},
          {"batches", result.batches},
          {"samples_per_second", result.samples_per_second},
          {"repeats", result.repeats},
          {"trainer_idle", result.idle},
          {"solvers_wait", result.waiting},
          {"memory_bytes", {{"server", plan.server_memory}, {"client", plan.client_memory}}},
          {"core_hours", {{"solvers", result.core_hours}, {"server", result.server_core_hours}}},
          {"gpu_hours", result.gpu_hours}};
}

}  // namespace

std::string plan_text(const Study& study, const StudyPlan& plan,
                      const std::vector<StudyPlan>& variants) {
  const auto& input = plan.input;
  const double all = static_cast<double>(input.simulations) * static_cast<double>(input.steps) *
                     input.sample_bytes;
  std::string text = study.name + ": " + std::to_string(input.simulations) + " simulations of " +
                     std::to_string(input.steps) + " samples of " +
                     scaled(input.sample_bytes, "B") + ", " + scaled(all, "B") + " in all\n";
  text += "from\n";
  for (const auto& figure : plan.figures) text += figure_line(figure);
  text += "expected\n" + expected_text(plan);
  text += "bound by " + bound_text(plan.result) + "\n";
  for (const auto& variant : variants) text += variant_text(plan, variant) + "\n";
  return text;
}

std::string plan_json(const StudyPlan& plan, const std::vector<StudyPlan>& variants) {
  Json inputs = Json::object(), others = Json::array();
  for (const auto& figure : plan.figures)
    inputs[figure.name] = {{"value", figure.value},
                           {"unit", figure.unit},
                           {"origin", origin_name(figure.origin)},
                           {"source", figure.source}};
  for (const auto& variant : variants)
    others.push_back({{"clients", variant.input.clients},
                      {"ranks", variant.input.ranks},
                      {"expected", expected_json(variant)},
                      {"bound_by", resource_name(variant.result.bound_by)}});
  const auto& needs = plan.result.needs;
  const Json all = {{"inputs", inputs},
                    {"expected", expected_json(plan)},
                    {"needs_seconds",
                     {{"solvers", needs.solvers},
                      {"link", needs.link},
                      {"ingest", needs.ingest},
                      {"training", needs.training}}},
                    {"bound_by", resource_name(plan.result.bound_by)},
                    {"what_if", others}};
  return all.dump(2) + "\n";
}

}  // namespace weir
