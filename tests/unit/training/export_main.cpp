// Trains and exports a small model, and writes what it predicts beside it: for load_model.py.

#include <iostream>

#include <nlohmann/json.hpp>
#include <torch/script.h>

#include "src/core/error.h"
#include "tests/unit/training/training_fixture.h"

namespace weir {
namespace {

std::vector<std::vector<float>> rows_of(const torch::Tensor& tensor) {
  std::vector<std::vector<float>> rows;
  for (std::int64_t k = 0; k < tensor.size(0); ++k) {
    const auto row = tensor[k].contiguous();
    rows.emplace_back(row.data_ptr<float>(), row.data_ptr<float>() + row.numel());
  }
  return rows;
}

void export_to(const std::filesystem::path& folder) {
  const Study study = test::miniature_study(/*batch=*/10);
  test::ScriptedSource source(study, test::scripted_ids(study, 1000));
  test::PatientParticipant participant;
  test::RememberingMetrics metrics;
  const auto collective = make_single_collective();
  const SystemClock clock;
  Trainer trainer(study, *collective, source, participant, metrics, clock);
  trainer.export_model(folder, trainer.run());

  const auto inputs = torch::tensor({{150.0F, -0.5F, 0.3F}, {420.0F, 0.9F, 1.7F}});
  const torch::NoGradGuard no_gradients;
  auto model = torch::jit::load((folder / "model.pt").string());
  const auto outputs = model.forward({inputs}).toTensor();
  const nlohmann::json predictions = {{"inputs", rows_of(inputs)}, {"outputs", rows_of(outputs)}};
  posix_file_system().replace(folder / "predictions.json", predictions.dump(), 0600);
}

}  // namespace
}  // namespace weir

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: " << argv[0] << " FOLDER\n";
    return 2;
  }
  try {
    weir::export_to(argv[1]);
  } catch (const weir::Error& error) {
    std::cerr << error.what() << '\n';
    return error.exit_code();
  }
  return 0;
}
