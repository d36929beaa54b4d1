#include "server/summary.h"

#include <nlohmann/json.hpp>

namespace weir {

namespace {

using Json = nlohmann::ordered_json;

const char* name(StudyStatus status) {
  switch (status) {
    case StudyStatus::done:
      return "done";
    case StudyStatus::stopped:
      return "stopped";
    case StudyStatus::relieved:
      return "relieved";
    case StudyStatus::failed:
      break;
  }
  return "failed";
}

Json validation(const TrainingResult& training) {
  if (!training.validation) return nullptr;
  return {{"loss", training.validation->loss},
          {"best_loss", training.best_validation_loss.value_or(training.validation->loss)},
          {"mse", training.validation->mse},
          {"relative_l2", training.validation->relative_l2},
          {"fields", fields_json(*training.validation, /*steps=*/false)}};
}

Json to_json(const SampleCounts& samples) {
  Json json = {{"expected", samples.expected},
               {"unique", samples.unique},
               {"duplicate", samples.duplicate},
               {"dropped", samples.dropped}};
  if (samples.pairs) json["pairs"] = *samples.pairs;
  json["lost"] = samples.lost;
  json["trained"] = samples.trained;
  return json;
}

}  // namespace

void write_summary(FileSystem& files, const std::filesystem::path& path, const Summary& summary) {
  const SimulationCounts& simulations = summary.simulations;
  const TrainingResult& training = summary.training;
  const double rate =
      training.seconds > 0 ? static_cast<double>(training.samples) / training.seconds : 0;
  const Json json = {
      {"status", name(summary.status)},
      {"reason", summary.reason},
      {"simulations",
       {{"expected", simulations.expected},
        {"finished", simulations.finished},
        {"failed", simulations.failed},
        {"restarted", simulations.restarted}}},
      {"samples", to_json(summary.samples)},
      {"batches", training.batches},
      {"train_loss", training.last_train_loss},
      {"validation", validation(training)},
      {"server",
       {{"ranks", summary.ranks},
        {"restarts", summary.restarts},
        {"identical_weights", training.identical_weights}}},
      {"seconds", {{"total", summary.seconds}, {"training", training.seconds}}},
      {"samples_per_second", {{"mean", rate}}},
  };
  files.replace(path, json.dump(2) + "\n", 0600);
}

}  // namespace weir
