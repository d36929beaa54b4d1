// Exports models for load_model.py and check_onnx.py, a folder each: `trained`, a small model after
// a training, and every built-in kind with the weights it begins with. predictions.json in each
// says what the trainer's model computes.

#include <iostream>

#include <nlohmann/json.hpp>
#include <torch/script.h>

#include "server/export/export.h"
#include "src/core/error.h"
#include "tests/unit/models/models.h"
#include "tests/unit/training/training_fixture.h"

namespace weir {
namespace {

namespace fs = std::filesystem;

std::vector<std::vector<float>> rows_of(const torch::Tensor& tensor) {
  std::vector<std::vector<float>> rows;
  for (std::int64_t k = 0; k < tensor.size(0); ++k) {
    const auto row = tensor[k].to(torch::kFloat32).contiguous();
    rows.emplace_back(row.data_ptr<float>(), row.data_ptr<float>() + row.numel());
  }
  return rows;
}

void write_predictions(const fs::path& folder, const torch::Tensor& inputs,
                       const torch::Tensor& state, const torch::Tensor& outputs,
                       const torch::Tensor& deviation) {
  nlohmann::json predictions = {{"inputs", rows_of(inputs)},
                                {"outputs", rows_of(outputs)},
                                {"deviation", rows_of(deviation.unsqueeze(0)).front()}};
  if (state.defined()) predictions["state"] = rows_of(state);
  posix_file_system().replace(folder / "predictions.json", predictions.dump(), 0600);
}

/// One value an output, of both fields.
torch::Tensor of_fields(const Normalisation& normalisation, double FieldStatistics::*member) {
  std::vector<torch::Tensor> parts;
  for (std::size_t f = 0; f < normalisation.fields.size(); ++f)
    parts.push_back(torch::full({static_cast<std::int64_t>(normalisation.field_sizes[f])},
                                normalisation.fields[f].*member, torch::kFloat64));
  return torch::cat(parts);
}

void export_trained(const fs::path& folder) {
  const Study study = test::miniature_study(/*batch=*/10);
  test::ScriptedSource source(study, test::scripted_ids(study, 1000));
  test::PatientParticipant participant;
  test::RememberingMetrics metrics;
  const auto collective = make_single_collective();
  const SystemClock clock;
  Trainer trainer(study, *collective, source, participant, metrics, clock);
  trainer.export_model(folder, trainer.run());

  const auto inputs = torch::tensor({{150.0F, -0.5F, 0.3F}, {420.0F, 0.9F, 1.7F}});
  auto model = torch::jit::load((folder / "model.pt").string());
  write_predictions(folder, inputs, {}, model.forward({inputs}).toTensor(),
                    of_fields(make_normalisation(study), &FieldStatistics::deviation));
}

/// What the trainer's model computes of values that it has normalised itself, in FP64 as far as
/// that goes.
void export_untrained(const fs::path& folder, const test::Exported& one) {
  const Study study = test::study_of(one);
  const auto model = test::model_of(study);
  const auto normalisation = make_normalisation(study);
  auto& files = posix_file_system();
  files.make_directories(folder, 0700);
  export_safetensors(files, folder / "model.safetensors", *model, normalisation, study.name);
  export_torchscript(files, folder / "model.pt", *model, normalisation);
  export_onnx(files, folder / "model.onnx", *model, normalisation, study);

  constexpr std::int64_t batch = 4;
  torch::manual_seed(3);
  const auto x = 2 * torch::rand({batch, 3}, torch::kFloat64) - 1;
  const auto inputs = x * torch::tensor(normalisation.half_width, torch::kFloat64) +
                      torch::tensor(normalisation.centre, torch::kFloat64);
  const auto mean = of_fields(normalisation, &FieldStatistics::mean);
  const auto deviation = of_fields(normalisation, &FieldStatistics::deviation);
  const auto values = static_cast<std::int64_t>(normalisation.outputs());
  torch::Tensor s, state;
  if (one.samples == SampleKind::autoregressive) {
    s = torch::randn({batch, values}, torch::kFloat64);
    state = (s * deviation + mean).to(torch::kFloat32);
    s = s.to(torch::kFloat32);
  }
  const auto y = model->forward(x.to(torch::kFloat32), s).to(torch::kFloat64);
  write_predictions(folder, inputs.to(torch::kFloat32), state,
                    (y * deviation + mean).to(torch::kFloat32), deviation);
}

}  // namespace
}  // namespace weir

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: " << argv[0] << " FOLDER\n";
    return 2;
  }
  try {
    const std::filesystem::path folder = argv[1];
    const torch::NoGradGuard no_gradients;
    for (const auto& one : weir::test::exported_models())
      weir::export_untrained(folder / one.name, one);
    const torch::AutoGradMode gradients(true);
    weir::export_trained(folder / "trained");
  } catch (const weir::Error& error) {
    std::cerr << error.what() << '\n';
    return error.exit_code();
  }
  return 0;
}
