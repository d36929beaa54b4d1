#include "server/training/training_scalars.h"

#include <cmath>
#include <limits>
#include <utility>

#include <nlohmann/json.hpp>

#include "src/core/error.h"
#include "src/core/planted_bug.h"
#include "src/study/names.h"

namespace weir {
namespace {

using nlohmann::json;

constexpr int version = 2;

/// JSON has no numbers that are not finite.
json printed(double value) {
  if (std::isfinite(value)) return value;
  if (std::isnan(value)) return "nan";
  return value > 0 ? "inf" : "-inf";
}

double parsed(const json& value) {
  if (value.is_number()) return value.get<double>();
  const auto text = value.get<std::string>();
  if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  return text == "inf" ? infinity : -infinity;
}

json printed(const std::optional<double>& value) { return value ? printed(*value) : json(); }

std::optional<double> parsed_if_any(const json& value) {
  return value.is_null() ? std::nullopt : std::optional(parsed(value));
}

/// What the numbers mean only together with.
json identity(const Study& study) {
  return {{"version", version},
          {"seed", study.seed},
          {"batch", study.training.batch},
          {"accumulate", study.training.accumulate},
          {"loss", name_of(study.training.loss.kind)},
          {"precision", name_of(study.training.precision)},
          {"average", study.training.average},
          {"optimizer", name_of(study.training.optimizer.kind)},
          {"schedule", name_of(study.training.schedule.kind)}};
}

void check_identity(const json& found, const Study& study) {
  const json own = identity(study);
  for (const auto& [key, expected] : own.items()) {
    if (found.at(key) == expected) continue;
    throw Error(ErrorKind::input, "the training state has " + key + " " + found.at(key).dump() +
                                      ", this study has " + expected.dump() +
                                      ": go on with the study and the weir that it is of");
  }
}

json printed_counters(const TrainingScalars& scalars) {
  const auto& result = scalars.result;
  return {{"batches", result.batches},
          {"samples", result.samples},
          {"seconds", printed(result.seconds)},
          {"loss", printed(result.last_train_loss)},
          {"learning_rate", printed(scalars.progress.learning_rate)},
          {"samples_per_second", printed(scalars.progress.samples_per_second)},
          {"loss_since_report", printed(scalars.loss_since_report)},
          {"samples_at_report", scalars.samples_at_report},
          {"seconds_since_report", printed(scalars.seconds_since_report)}};
}

void parse_counters(const json& from, TrainingScalars& scalars) {
  auto& result = scalars.result;
  result.batches = from.at("batches");
  result.samples = from.at("samples");
  result.seconds = parsed(from.at("seconds"));
  result.last_train_loss = parsed(from.at("loss"));
  scalars.progress.learning_rate = parsed(from.at("learning_rate"));
  scalars.progress.samples_per_second = parsed(from.at("samples_per_second"));
  scalars.loss_since_report = parsed(from.at("loss_since_report"));
  scalars.samples_at_report = from.at("samples_at_report");
  scalars.seconds_since_report = parsed(from.at("seconds_since_report"));
}

json printed(const ErrorMeasures& of) {
  return {printed(of.mse), printed(of.relative_l2), printed(of.maximum)};
}

ErrorMeasures parsed_measures(const json& from) {
  return {parsed(from.at(0)), parsed(from.at(1)), parsed(from.at(2))};
}

json printed(const FieldErrors& field) {
  json steps = json::array();
  for (const auto& step : field.steps) steps.push_back(printed(step));
  return {{"name", field.name}, {"all", printed(field.all)}, {"steps", steps}};
}

FieldErrors parsed_field(const json& from) {
  FieldErrors field{from.at("name"), parsed_measures(from.at("all")), {}};
  for (const json& step : from.at("steps")) field.steps.push_back(parsed_measures(step));
  return field;
}

json printed(const ValidationResult& result) {
  json fields = json::array();
  for (const auto& field : result.fields) fields.push_back(printed(field));
  return {{"loss", printed(result.loss)},
          {"mse", printed(result.mse)},
          {"relative_l2", printed(result.relative_l2)},
          {"fields", fields}};
}

json printed_validation(const TrainingScalars& scalars) {
  const auto& last = scalars.result.validation;
  return {{"batch", scalars.validated_at},
          {"last", last ? printed(*last) : json()},
          {"best_loss", printed(scalars.result.best_validation_loss)},
          {"without_better", scalars.patience.without_better}};
}

void parse_validation(const json& from, TrainingScalars& scalars) {
  scalars.validated_at = from.at("batch");
  scalars.result.best_validation_loss = parsed_if_any(from.at("best_loss"));
  if (!WEIR_BUG("patience_not_restored"))
    scalars.patience.without_better = from.at("without_better");
  const json& last = from.at("last");
  if (last.is_null()) return;
  ValidationResult result{
      parsed(last.at("loss")), parsed(last.at("mse")), parsed(last.at("relative_l2")), {}};
  for (const json& field : last.at("fields")) result.fields.push_back(parsed_field(field));
  scalars.progress.validation_loss = result.loss;
  scalars.result.validation = std::move(result);
}

json printed_fields(const TrainingScalars& scalars, const Study& study) {
  json fields = json::object();
  for (std::size_t f = 0; f < scalars.fields.size(); ++f) {
    fields[study.simulation.fields[f].name] = {{"mean", printed(scalars.fields[f].mean)},
                                               {"deviation", printed(scalars.fields[f].deviation)}};
  }
  return {{"measured", scalars.measured}, {"samples", scalars.measured_on}, {"fields", fields}};
}

void parse_fields(const json& from, const Study& study, TrainingScalars& scalars) {
  scalars.measured = from.at("measured");
  scalars.measured_on = from.at("samples");
  for (const auto& field : study.simulation.fields) {
    const json& found = from.at("fields").at(field.name);
    scalars.fields.push_back({parsed(found.at("mean")), parsed(found.at("deviation"))});
  }
}

json printed(const ScheduleState& schedule) {
  return {{"best", printed(schedule.best)},
          {"without_better", schedule.without_better},
          {"reductions", schedule.reductions}};
}

ScheduleState parsed_schedule(const json& from) {
  if (WEIR_BUG("schedule_not_restored")) return {};
  return {parsed(from.at("best")), from.at("without_better"), from.at("reductions")};
}

json printed(const UpdateState& update) {
  return {{"updates", update.updates},
          {"scale", printed(update.scale.value)},
          {"good_steps", update.scale.good_steps}};
}

UpdateState parsed_update(const json& from) {
  return {from.at("updates"), {parsed(from.at("scale")), from.at("good_steps")}};
}

json printed(const std::optional<MetricsMark>& mark) {
  if (!mark) return {};
  return {{"batch", mark->batch}, {"lines", mark->lines}, {"seconds", printed(mark->seconds)}};
}

std::optional<MetricsMark> parsed_mark(const json& from) {
  if (from.is_null()) return std::nullopt;
  return MetricsMark{from.at("batch"), from.at("lines"), parsed(from.at("seconds"))};
}

}  // namespace

std::string print_scalars(const TrainingScalars& scalars, const Study& study) {
  const json text = {{"study", identity(study)},
                     {"counters", printed_counters(scalars)},
                     {"validation", printed_validation(scalars)},
                     {"normalisation", printed_fields(scalars, study)},
                     {"schedule", printed(scalars.schedule)},
                     {"update", printed(scalars.update)},
                     {"metrics", printed(scalars.metrics)}};
  return text.dump();
}

TrainingScalars parse_scalars(const std::string& text, const Study& study) {
  try {
    const json from = json::parse(text);
    check_identity(from.at("study"), study);
    TrainingScalars scalars;
    parse_counters(from.at("counters"), scalars);
    parse_validation(from.at("validation"), scalars);
    parse_fields(from.at("normalisation"), study, scalars);
    scalars.schedule = parsed_schedule(from.at("schedule"));
    scalars.update = parsed_update(from.at("update"));
    scalars.metrics = parsed_mark(from.at("metrics"));
    return scalars;
  } catch (const json::exception& error) {
    throw Error(ErrorKind::input,
                std::string("the training state cannot be read: ") + error.what());
  }
}

}  // namespace weir
