#include "launcher/report/metrics_record.h"

#include <limits>

#include <nlohmann/json.hpp>

#include "src/core/lines.h"

namespace weir {
namespace {

using Json = nlohmann::json;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// NaN for null and for what is no number.
double number(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number() ? found->get<double>() : nan;
}

std::vector<double> numbers(const Json& json, const char* key) {
  std::vector<double> values;
  const auto found = json.find(key);
  if (found == json.end() || !found->is_array()) return values;
  for (const auto& value : *found) values.push_back(value.is_number() ? value.get<double>() : nan);
  return values;
}

std::vector<FieldErrorRecord> fields_of(const Json& record) {
  std::vector<FieldErrorRecord> fields;
  const auto found = record.find("fields");
  if (found == record.end() || !found->is_object()) return fields;
  for (const auto& [name, json] : found->items()) {
    if (!json.is_object()) continue;
    FieldErrorRecord field{.name = name,
                           .mse = number(json, "mse"),
                           .relative_l2 = number(json, "relative_l2"),
                           .maximum = number(json, "maximum"),
                           .step_mse = {},
                           .step_relative_l2 = {},
                           .step_maximum = {}};
    if (const auto steps = json.find("steps"); steps != json.end() && steps->is_object()) {
      field.step_mse = numbers(*steps, "mse");
      field.step_relative_l2 = numbers(*steps, "relative_l2");
      field.step_maximum = numbers(*steps, "maximum");
    }
    fields.push_back(std::move(field));
  }
  return fields;
}

class Reader {
 public:
  explicit Reader(MetricsRecord& record) : record_(record) {}

  void add_line(std::string_view line) {
    const auto json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    const auto kind = json.is_object() ? json.find("kind") : json.end();
    if (!json.is_object() || kind == json.end() || !kind->is_string()) {
      ++record_.passed_over;
      return;
    }
    add(kind->get_ref<const std::string&>(), json);
  }

 private:
  void add(const std::string& kind, const Json& json) {
    if (kind == "train") add_train(json);
    if (kind == "validation") {
      record_.validations.push_back(validation(json));
      record_.fields = fields_of(json);
    }
    if (kind == "rollout") {
      record_.rollouts.push_back(validation(json));
      record_.rollout_fields = fields_of(json);
    }
    if (kind == "buffer")
      record_.buffer.push_back({number(json, "batch"), number(json, "seconds"),
                                number(json, "unseen"), number(json, "seen")});
    if (kind == "checkpoint") add_checkpoint(json);
    if (kind == "histogram" && json.value("name", Json()) == "repeats")
      record_.repeats = numbers(json, "counts");
  }

  void add_train(const Json& json) {
    record_.train.push_back({.batch = number(json, "batch"),
                             .seconds = number(json, "seconds"),
                             .samples = number(json, "samples"),
                             .loss = number(json, "loss"),
                             .learning_rate = number(json, "learning_rate"),
                             .samples_per_second = number(json, "samples_per_second")});
  }

  void add_checkpoint(const Json& json) {
    record_.checkpoints.push_back({.number = number(json, "number"),
                                   .batch = number(json, "batch"),
                                   .seconds = number(json, "seconds"),
                                   .pause_seconds = number(json, "pause_seconds"),
                                   .write_seconds = number(json, "write_seconds"),
                                   .bytes = number(json, "bytes")});
  }

  ValidationPoint validation(const Json& json) const {
    const double batch = number(json, "batch");
    return {.batch = batch,
            .seconds = number(json, "seconds"),
            .samples = samples_at(batch),
            .loss = number(json, "loss"),
            .relative_l2 = number(json, "relative_l2")};
  }

  /// Between two records batches have as many samples as on average so far.
  double samples_at(double batch) const {
    if (record_.train.empty() || !(record_.train.back().batch > 0)) return nan;
    const auto& last = record_.train.back();
    return last.samples / last.batch * batch;
  }

  MetricsRecord& record_;
};

}  // namespace

void add_metrics(std::string_view lines, MetricsRecord& record) {
  Reader reader(record);
  for_each_line(lines, [&](std::string_view line) {
    if (!line.empty()) reader.add_line(line);
  });
}

MetricsRecord parse_metrics(std::string_view text) {
  MetricsRecord record;
  add_metrics(text, record);
  return record;
}

}  // namespace weir
