#include "server/mlflow/layout.h"

#include <charconv>
#include <map>
#include <random>

#include <nlohmann/json.hpp>

#include "src/core/fnv1a.h"
#include "src/core/lines.h"
#include "src/core/number_text.h"

namespace weir::mlflow {
namespace {

using Json = nlohmann::json;

/// JSON's strings are YAML's double-quoted ones.
std::string quoted(const std::string& text) {
  return Json(text).dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace);
}

std::string text_line(const char* key, const std::string& value) {
  return std::string(key) + ": " + quoted(value) + '\n';
}

std::string number_line(const char* key, std::int64_t value) {
  return std::string(key) + ": " + std::to_string(value) + '\n';
}

std::optional<std::size_t> step_of(std::string_view line) {
  const auto space = line.rfind(' ');
  if (space == std::string_view::npos) return std::nullopt;
  std::size_t step = 0;
  const auto* const end = line.data() + line.size();
  const auto [stop, error] = std::from_chars(line.data() + space + 1, end, step);
  if (error != std::errc() || stop != end) return std::nullopt;
  return step;
}

/// With its step; what is no whole line of a metric is passed over.
template <typename Each>
void for_each_value(std::string_view lines, Each&& each) {
  const std::string_view whole = lines.substr(0, lines.rfind('\n') + 1);  // npos + 1 is 0
  for_each_line(whole, [&](std::string_view line) {
    if (const auto step = step_of(line)) each(*step, line);
  });
}

std::string unquoted(std::string_view value) {
  if (value.size() < 2 || value.front() != value.back()) return std::string(value);
  if (value.front() == '"') {
    const Json json = Json::parse(value, nullptr, /*allow_exceptions=*/false);
    return json.is_string() ? json.get<std::string>() : std::string(value);
  }
  if (value.front() != '\'') return std::string(value);
  std::string text;
  for (std::size_t k = 1; k + 1 < value.size(); ++k) {
    text += value[k];
    if (value[k] == '\'') ++k;  // a quote is doubled
  }
  return text;
}

}  // namespace

// Keys in the order of MLflow's own files.
std::string to_yaml(const ExperimentMeta& experiment) {
  return text_line("artifact_location", file_uri(experiment.folder)) +
         number_line("creation_time", experiment.created) +
         text_line("experiment_id", experiment.id) +
         number_line("last_update_time", experiment.created) +
         text_line("lifecycle_stage", "active") + text_line("name", experiment.name);
}

std::string to_yaml(const RunMeta& run) {
  const std::string end = run.end ? number_line("end_time", *run.end) : "end_time: null\n";
  constexpr int local = 4;
  return text_line("artifact_uri", file_uri(run.folder / "artifacts")) + "deleted_time: null\n" +
         end + text_line("entry_point_name", "") + text_line("experiment_id", run.experiment) +
         text_line("lifecycle_stage", "active") + text_line("run_id", run.id) +
         text_line("run_name", run.name) + text_line("run_uuid", run.id) +
         text_line("source_name", "") + number_line("source_type", local) +
         text_line("source_version", "") + number_line("start_time", run.start) +
         number_line("status", static_cast<int>(run.status)) + "tags: []\n" +
         text_line("user_id", run.user);
}

std::optional<std::string> yaml_value(std::string_view yaml, std::string_view key) {
  const std::string start = std::string(key) + ": ";
  std::optional<std::string> first;
  for_each_line(yaml, [&](std::string_view line) {
    if (!first && line.starts_with(start)) first = unquoted(line.substr(start.size()));
  });
  return first;
}

std::string metric_line(std::int64_t time, double value, std::size_t step) {
  return std::to_string(time) + ' ' + exact_number_text(value) + ' ' + std::to_string(step) + '\n';
}

std::string lines_up_to(std::string_view lines, std::size_t last) {
  std::string kept;
  for_each_value(lines, [&](std::size_t step, std::string_view line) {
    if (step <= last) kept.append(line) += '\n';
  });
  return kept;
}

std::string lines_of(const std::vector<std::pair<std::size_t, double>>& values,
                     std::string_view lines, std::int64_t time) {
  std::map<std::size_t, std::string_view> there;
  for_each_value(lines, [&](std::size_t step, std::string_view line) { there[step] = line; });
  std::string all;
  for (const auto& [step, value] : values) {
    const auto found = there.find(step);
    all +=
        found == there.end() ? metric_line(time, value, step) : std::string(found->second) + '\n';
  }
  return all;
}

std::string shortened(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  const auto continues = [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
  };
  while (most > 0 && continues(text[most])) --most;
  return std::string(text.substr(0, most));
}

std::string file_uri(const std::filesystem::path& path) {
  constexpr std::string_view plain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  constexpr const char* digits = "0123456789ABCDEF";
  std::string uri = "file://";
  for (const char byte : path.string()) {
    const auto value = static_cast<unsigned char>(byte);
    if (plain.find(byte) != std::string_view::npos)
      uri += byte;
    else
      (((uri += '%') += digits[value >> 4]) += digits[value & 15]);
  }
  return uri;
}

std::string experiment_id(std::string_view name, std::uint64_t attempt) {
  const std::uint64_t hash = fnv1a(name, fnv1a_start + attempt);
  constexpr std::uint64_t least = 100'000'000'000'000'000;
  return std::to_string(least + hash % (9 * least));
}

std::string random_run_id() {
  std::random_device device;
  std::string id;
  for (int k = 0; k < 32; ++k) id += "0123456789abcdef"[device() % 16];
  return id;
}

}  // namespace weir::mlflow
