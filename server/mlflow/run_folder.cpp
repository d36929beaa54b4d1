#include "server/mlflow/run_folder.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "server/mlflow/metric_records.h"
#include "src/core/error.h"
#include "src/core/wall_time.h"

namespace weir::mlflow {
namespace {

using Json = nlohmann::ordered_json;

constexpr unsigned file_mode = 0600, folder_mode = 0700;
constexpr std::uint64_t largest_copy = std::uint64_t{64} << 20;
constexpr const char* meta = "meta.yaml";

std::int64_t milliseconds() { return std::llround(wall_time() * 1000); }

Json parsed(FileSystem& files, const Path& note) {
  if (!files.exists(note)) return nullptr;
  return Json::parse(files.read(note), nullptr, /*allow_exceptions=*/false);
}

std::string text_in(const Json& json, const char* key) {
  const auto found = json.is_object() ? json.find(key) : json.end();
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

std::int64_t number_in(const Json& json, const char* key) {
  const auto found = json.is_object() ? json.find(key) : json.end();
  return found != json.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

/// Metrics with a '/' in their name, as all of weir's have.
std::vector<std::string> names_below(FileSystem& files, const Path& metrics) {
  std::vector<std::string> all;
  for (const auto& kind : files.list(metrics)) {
    try {
      for (const auto& name : files.list(metrics / kind)) all.push_back(kind + '/' + name);
    } catch (const Error&) {
      // No folder: somebody else's metric.
    }
  }
  return all;
}

std::string beginning_of(FileSystem& files, const Path& path, std::uint64_t size) {
  std::string text = size > 0 && files.exists(path) ? files.read(path) : "";
  text.resize(std::min<std::uint64_t>(text.size(), size));
  return text;
}

std::string user() {
  const char* const name = std::getenv("USER");
  return name != nullptr ? name : "";
}

}  // namespace

RunFolder::RunFolder(FileSystem& files, RunPlan plan, std::function<std::string()> new_id)
    : files_(files), plan_(std::move(plan)), new_id_(std::move(new_id)), made_at_(milliseconds()) {}

void RunFolder::open(const std::optional<MetricsMark>& goes_on_from) {
  files_.make_directories(plan_.store, folder_mode);
  experiment_ = find_experiment();
  if (experiment_.empty()) make_experiment();
  meta_ = {.id = {}, .experiment = experiment_, .name = plan_.name, .user = user(), .folder = {}};
  if (goes_on_from && find(*goes_on_from)) return;
  make_run();
}

/// Takes over the run that the note names.
bool RunFolder::find(const MetricsMark& goes_on_from) {
  const Json note = parsed(files_, plan_.note);
  meta_.id = text_in(note, "run");
  const bool here = text_in(note, "store") == plan_.store.string() && !meta_.id.empty();
  if (!here || !files_.exists(folder() / meta)) return false;  // in this experiment
  meta_.folder = folder();
  meta_.start = number_in(note, "start");
  write_note();  // first, so that an earlier server that still runs writes no more
  roll_back(goes_on_from);
  put_parameters();  // a study may go on with other limits
  write_meta();
  return true;
}

bool RunFolder::taken_over() {
  const Json note = parsed(files_, plan_.note);
  return text_in(note, "run") != meta_.id ||
         number_in(note, "epoch") > static_cast<std::int64_t>(plan_.epoch);
}

/// The number of an experiment of this name that is not deleted; or nothing.
std::string RunFolder::find_experiment() {
  for (const auto& id : files_.list(plan_.store)) {
    const Path file = plan_.store / id / meta;
    if (!files_.exists(file)) continue;
    const std::string yaml = files_.read(file);
    if (yaml_value(yaml, "name") == plan_.experiment &&
        yaml_value(yaml, "lifecycle_stage") == "active")
      return id;
  }
  return {};
}

void RunFolder::make_experiment() {
  std::uint64_t attempt = 0;
  const auto taken = [&] {
    return files_.exists(plan_.store / experiment_ / meta) ||
           files_.exists(plan_.store / ".trash" / experiment_);
  };
  do {
    experiment_ = experiment_id(plan_.experiment, attempt++);
  } while (taken());
  const Path folder = plan_.store / experiment_;
  files_.make_directories(folder, folder_mode);
  files_.replace(folder / meta,
                 to_yaml(ExperimentMeta{.id = experiment_,
                                        .name = plan_.experiment,
                                        .folder = folder,
                                        .created = milliseconds()}),
                 file_mode);
}

/// What says that it is a run comes last.
void RunFolder::make_run() {
  if (made_.empty()) made_ = new_id_();
  meta_.id = made_;
  meta_.folder = folder();
  meta_.start = milliseconds();
  write_note();
  for (const char* part : {"metrics", "params", "tags", "artifacts"})
    files_.make_directories(folder() / part, folder_mode);
  put_parameters();
  const Path tags = folder() / "tags";
  put(tags / "mlflow.runName", plan_.name);
  put(tags / "mlflow.user", meta_.user);
  put(tags / "mlflow.source.name", "weir-server");
  put(tags / "mlflow.source.type", "LOCAL");
  put(tags / "weir.study_directory", plan_.study.string());
  write_meta();
}

void RunFolder::put_parameters() {
  std::size_t left_out = 0;
  for (const auto& [name, value] : plan_.settings) {
    if (name.size() > longest_name)
      ++left_out;
    else
      put(folder() / "params" / name, shortened(text_of(value), longest_parameter));
  }
  if (left_out > 0)
    put(folder() / "tags" / "weir.params_left_out",
        std::to_string(left_out) + " with names of more than " + std::to_string(longest_name) +
            " characters");
}

void RunFolder::roll_back(const MetricsMark& mark) {
  const Path metrics = folder() / "metrics";
  auto records = metric_records(beginning_of(files_, plan_.records, mark.lines));
  for (const auto& name : names_below(files_, metrics)) {
    const auto found = records.find(name);
    const std::string lines = files_.read(metrics / name);
    // Of a metric that is not weir's, or that it had not yet, only what is later goes.
    const std::string kept = found == records.end() ? lines_up_to(lines, mark.batch)
                                                    : lines_of(found->second, lines, made_at_);
    // MLflow takes no metric without values.
    if (kept.empty())
      files_.remove(metrics / name);
    else
      put(metrics / name, kept);
    if (found != records.end()) records.erase(found);
  }
  for (const auto& [name, values] : records)
    if (name.size() <= longest_name) put(metrics / name, lines_of(values, {}, made_at_));
}

void RunFolder::append(MetricLines& lines) {
  if (lines.empty()) return;
  if (taken_over()) {
    lines.clear();
    return;
  }
  while (!lines.empty()) {
    const auto first = lines.begin();
    if (first->first.size() <= longest_name) append(first->first, first->second);
    lines.erase(first);
  }
}

void RunFolder::append(const std::string& metric, const std::string& lines) {
  const Path file = folder() / "metrics" / metric;
  if (const auto found = damaged_.find(file); found != damaged_.end()) {
    mend(file, found->second);
    damaged_.erase(found);
  }
  files_.make_directories(file.parent_path(), folder_mode);
  const std::uint64_t size = files_.exists(file) ? files_.open(file)->size() : 0;
  try {
    const auto out = files_.append(file, file_mode);
    out->write(lines);
    out->close();
  } catch (const Error&) {
    // MLflow refuses a whole run for a part of a line.
    damaged_[file] = size;
    try {
      mend(file, size);
      damaged_.erase(file);
    } catch (const Error&) {
      // Before the next line, then.
    }
    throw;
  }
}

void RunFolder::mend(const Path& file, std::uint64_t size) {
  if (size == 0)
    files_.remove(file);
  else
    files_.truncate(file, size);
}

void RunFolder::end(const RunEnd& end) {
  if (taken_over()) return;
  for (const auto& artifact : end.artifacts) put_artifact(artifact);
  if (!end.reason.empty()) put(folder() / "tags" / "mlflow.note.content", end.reason);
  meta_.status = end.status;
  meta_.end = milliseconds();
  write_meta();
}

void RunFolder::put_artifact(const Artifact& artifact) {
  const Path to = folder() / "artifacts" / artifact.name;
  files_.make_directories(to.parent_path(), folder_mode);
  if (artifact.from.empty()) return put(to, artifact.bytes);
  files_.remove(to);  // of an earlier end
  if (files_.link(artifact.from, to)) return;
  if (files_.open(artifact.from)->size() <= largest_copy) put(to, files_.read(artifact.from));
}

void RunFolder::put(const Path& file, const std::string& bytes) {
  const Path part = folder() / ".part";  // beside what MLflow looks through
  files_.make_directories(file.parent_path(), folder_mode);
  const auto out = files_.create(part, file_mode);
  out->write(bytes);
  out->close();
  files_.rename(part, file);
}

void RunFolder::write_note() {
  const Json note = {{"store", plan_.store.string()},
                     {"experiment", experiment_},
                     {"run", meta_.id},
                     {"start", meta_.start},
                     {"epoch", plan_.epoch}};
  files_.replace(plan_.note, note.dump() + "\n", file_mode);
}

void RunFolder::write_meta() { put(folder() / meta, to_yaml(meta_)); }

}  // namespace weir::mlflow
