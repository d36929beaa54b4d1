#include "server/predict/exported_model.h"

#include <charconv>
#include <string>

#include "server/checkpoint/checked_file.h"
#include "server/export/card_format.h"
#include "src/core/error.h"
#include "src/core/planted_bug.h"
#include "src/study/json_text.h"

namespace weir {
namespace {

namespace fs = std::filesystem;

constexpr double most_values = 1e10;  // of a sample; more is damage

[[noreturn]] void refuse(const fs::path& path, const std::string& what) {
  throw Error(ErrorKind::input, "'" + path.string() + "' " + what);
}

/// card.json and the TorchScript file.
struct Place {
  fs::path card, script;
};

Place place_of(FileSystem& files, const fs::path& model) {
  if (!fs::exists(model))
    refuse(model, "does not exist; name a study directory, its model/ or a model.pt");
  if (!fs::is_directory(model)) return {model.parent_path() / "card.json", model};
  for (const auto& folder : {model / "model", model})
    if (files.exists(folder / "card.json")) return {folder / "card.json", folder / "model.pt"};
  if (files.exists(model / "study.json"))
    refuse(model, "has no model: the study has not ended, or it trained on nothing");
  refuse(model, "holds no model: there is no card.json in it, nor in a folder model/ of it");
}

void check_version(const Json& card) {
  const std::string retrain = "; use the weir that trained it, or train it with this one";
  if (card.value("format", "") != card_format)
    throw Error(ErrorKind::input,
                "does not say \"format\": \"" + std::string(card_format) + "\"" + retrain);
  const auto version = card.at("version").get<int>();
  if (version != card_version)
    throw Error(ErrorKind::input, "has version " + std::to_string(version) +
                                      ", this weir reads version " + std::to_string(card_version) +
                                      retrain);
}

void read_inputs(const Json& card, Study& study) {
  for (const auto& input : card.at("inputs")) {
    study.parameters.push_back({.name = input.at("name"),
                                .lower = input.at("bounds").at(0),
                                .upper = input.at("bounds").at(1),
                                .unit = input.at("unit")});
  }
  if (study.parameters.empty()) throw Error(ErrorKind::input, "names no inputs");
  study.parameters.pop_back();  // time
  const auto& time = card.at("time");
  study.simulation.steps = time.at("steps");
  study.simulation.time = {.first = time.at("first"),
                           .step = time.at("step"),
                           .sent = time.at("sent"),
                           .unit = time.at("unit")};
}

void read_outputs(const Json& card, Study& study) {
  double values = 0;
  for (const auto& output : card.at("outputs")) {
    study.simulation.fields.push_back(
        {.name = output.at("name"), .shape = output.at("shape"), .unit = output.at("unit")});
    double size = 1;
    for (const auto extent : study.simulation.fields.back().shape)
      size *= static_cast<double>(extent);
    values += size;
  }
  if (values < 1 || values > most_values)
    throw Error(ErrorKind::input, "has outputs of impossible size");
}

ExportedModel read(const Json& card) {
  check_version(card);
  ExportedModel model;
  model.study.name = card.at("name");
  read_inputs(card, model.study);
  read_outputs(card, model.study);
  const auto& samples = card.at("samples");
  if (samples.at("kind") == "autoregressive") model.lead = samples.at("lead");
  return model;
}

FileRecord record_in(const Json& card) {
  const auto& files = card.at("files");
  if (!files.contains("model.pt"))
    throw Error(ErrorKind::input,
                "names no model.pt: this kind of model is not exported as TorchScript");
  const auto& entry = files.at("model.pt");
  FileRecord record;
  record.bytes = entry.at("bytes");
  const std::string digits = entry.at("crc32c");
  std::from_chars(digits.data(), digits.data() + digits.size(), record.crc, 16);
  return record;
}

/// LibTorch's reader is not made for hostile files: it gets what weir wrote, and nothing else.
void require_exported(FileSystem& files, const fs::path& script, const FileRecord& exported) {
  if (!files.exists(script)) refuse(script, "does not exist, but there is a card.json beside it");
  const auto found = record_of_file(files, script);
  if (found.bytes != exported.bytes)
    refuse(script, "has " + std::to_string(found.bytes) + " bytes, not the " +
                       std::to_string(exported.bytes) +
                       " that its card.json says; take an intact copy of both");
  if (found.crc != exported.crc && !WEIR_BUG("model_unchecked"))
    refuse(script,
           "has another checksum than its card.json says: it was damaged or replaced; take an "
           "intact copy of both");
}

}  // namespace

ExportedModel find_exported_model(FileSystem& files, const fs::path& model) {
  const auto place = place_of(files, model);
  if (!files.exists(place.card))
    refuse(place.card, "does not exist; it says what the model beside it is made for, copy both");
  ExportedModel found;
  FileRecord record;
  try {
    const auto card = parse_json(files.read(place.card));
    found = read(card);
    record = record_in(card);
  } catch (const Error& error) {
    refuse(place.card, error.what());
  } catch (const Json::exception& error) {
    refuse(place.card, std::string("is damaged: ") + error.what() + "; take an intact copy");
  }
  require_exported(files, place.script, record);
  found.script = place.script;
  return found;
}

}  // namespace weir
