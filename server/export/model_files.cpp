#include "server/export/model_files.h"

#include <vector>

#include "server/checkpoint/checked_file.h"
#include "server/export/export.h"
#include "server/export/model_card.h"

namespace weir {
namespace {

/// Size and checksum of the files that were written, under their names.
std::vector<FileRecord> records_of(FileSystem& files, const std::filesystem::path& folder) {
  std::vector<FileRecord> records;
  for (const auto* name : {"model.safetensors", "model.pt", "model.onnx"}) {
    if (!files.exists(folder / name)) continue;
    records.push_back(record_of_file(files, folder / name));
    records.back().path = name;
  }
  return records;
}

}  // namespace

void export_files(FileSystem& files, const std::filesystem::path& folder,
                  const TrainedModel& trained, const std::function<void(const std::string&)>& warn,
                  const std::function<void()>& alive) {
  const auto& [model, normalisation, study, result, simulations] = trained;
  files.make_directories(folder, 0700);
  export_safetensors(files, folder / "model.safetensors", model, normalisation, study.name);
  alive();
  files.remove(folder / "model.pt");  // of an earlier model
  if (!model.script().empty())
    export_torchscript(files, folder / "model.pt", model, normalisation);
  else
    warn("there is no model.pt: the model has no script");
  alive();
  const auto no_onnx = export_onnx(files, folder / "model.onnx", model, normalisation, study);
  if (!no_onnx.empty()) warn("there is no model.onnx: " + no_onnx);
  const CardFacts facts{simulations, TORCH_VERSION, no_onnx, records_of(files, folder)};
  files.replace(folder / "card.json", model_card(study, normalisation, result, facts), 0600);
}

}  // namespace weir
