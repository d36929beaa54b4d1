#include "server/export/model_card.h"

#include <weir/version.h>

#include <array>
#include <ctime>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "server/export/card_format.h"
#include "src/study/names.h"
#include "src/study/parse.h"

namespace weir {
namespace {

using json = nlohmann::ordered_json;

json inputs_of(const Study& study) {
  json inputs = json::array();
  for (const auto& parameter : study.parameters) {
    inputs.push_back({{"name", parameter.name},
                      {"unit", parameter.unit},
                      {"bounds", {parameter.lower, parameter.upper}}});
  }
  const auto& time = study.simulation.time;
  const double last = time.first + time.step * (static_cast<double>(study.simulation.steps) - 1);
  inputs.push_back({{"name", "time"}, {"unit", time.unit}, {"bounds", {time.first, last}}});
  return inputs;
}

json outputs_of(const Study& study) {
  json outputs = json::array();
  std::size_t offset = 0;
  for (const auto& field : study.simulation.fields) {
    outputs.push_back({{"name", field.name},
                       {"unit", field.unit},
                       {"shape", field.shape},
                       {"offset", offset},
                       {"size", field.size()}});
    offset += field.size();
  }
  return outputs;
}

json time_of(const Study& study) {
  const auto& time = study.simulation.time;
  return {{"first", time.first},
          {"step", time.step},
          {"steps", study.simulation.steps},
          {"unit", time.unit},
          {"sent", time.sent}};
}

/// Autoregressive: besides the inputs, the outputs of `lead` steps before the time that is given.
json samples_of(const Study& study) {
  const auto& samples = study.training.samples;
  json card = {{"kind", name_of(samples.kind)}};
  if (samples.kind == SampleKind::direct) return card;
  card["lead"] = samples.lead;
  card["prediction"] = name_of(samples.prediction);
  return card;
}

json files_of(const std::vector<FileRecord>& records) {
  json files = json::object();
  for (const auto& record : records) {
    std::array<char, 9> crc{};
    std::snprintf(crc.data(), crc.size(), "%08x", static_cast<unsigned>(record.crc));
    files[record.path] = {{"bytes", record.bytes}, {"crc32c", crc.data()}};
  }
  return files;
}

json normalisation_of(const Study& study, const Normalisation& normalisation) {
  json fields = json::object();
  for (std::size_t f = 0; f < normalisation.fields.size(); ++f) {
    fields[study.simulation.fields[f].name] = {{"mean", normalisation.fields[f].mean},
                                               {"deviation", normalisation.fields[f].deviation}};
  }
  return {{"kind", name_of(study.training.normalisation.kind)},
          {"samples", normalisation.samples},
          {"inputs", {{"centre", normalisation.centre}, {"half_width", normalisation.half_width}}},
          {"fields", fields}};
}

json validation_of(const TrainingResult& result) {
  if (!result.validation) return nullptr;
  json validation = {{"loss", result.validation->loss},
                     {"mse", result.validation->mse},
                     {"relative_l2", result.validation->relative_l2}};
  validation["fields"] = fields_json(*result.validation, /*steps=*/true);
  if (result.best_validation_loss) validation["best_loss"] = *result.best_validation_loss;
  return validation;
}

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

std::string hexadecimal(std::uint64_t number) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(number));
  return text.data();
}

/// The settings that its kind reads.
json model_of(const ModelSettings& model) {
  json settings = {{"kind", name_of(model.kind)}, {"activation", name_of(model.activation)}};
  switch (model.kind) {
    case ModelKind::mlp:
      settings["hidden"] = model.hidden;
      settings["residual"] = model.residual;
      settings["fourier_features"] = model.fourier_features;
      if (model.fourier_features > 0) settings["fourier_scale"] = model.fourier_scale;
      break;
    case ModelKind::decoder:
    case ModelKind::unet:
      settings["channels"] = model.channels;
      break;
    case ModelKind::autoencoder:
      settings["channels"] = model.channels;
      settings["latent"] = model.latent;
      break;
    case ModelKind::fno:
      settings["modes"] = model.modes;
      settings["width"] = model.width;
      settings["layers"] = model.layers;
      break;
    case ModelKind::torchscript:
    case ModelKind::plugin:
      break;
    case ModelKind::deeponet:
      settings["hidden"] = model.hidden;
      settings["basis"] = model.basis;
      break;
  }
  return settings;
}

}  // namespace

std::string model_card(const Study& study, const Normalisation& normalisation,
                       const TrainingResult& result, const CardFacts& facts) {
  const json card = {{"format", card_format},
                     {"version", card_version},
                     {"name", study.name},
                     {"model", model_of(study.training.model)},
                     {"samples", samples_of(study)},
                     {"inputs", inputs_of(study)},
                     {"time", time_of(study)},
                     {"outputs", outputs_of(study)},
                     {"normalisation", normalisation_of(study, normalisation)},
                     {"onnx", facts.no_onnx.empty() ? "model.onnx" : "none: " + facts.no_onnx},
                     {"files", files_of(facts.files)},
                     {"validation", validation_of(result)},
                     {"training",
                      {{"simulations", facts.simulations},
                       {"samples", result.samples},
                       {"batches", result.batches},
                       {"seconds", result.seconds},
                       {"loss", result.last_train_loss},
                       {"stopped", result.stopped}}},
                     {"provenance",
                      {{"weir", WEIR_VERSION},
                       {"libtorch", facts.torch_version},
                       {"study", study.name},
                       {"seed", study.seed},
                       {"schema", hexadecimal(schema_hash(study))},
                       {"host", host_name()},
                       {"utc", utc_now()}}}};
  return card.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace weir
