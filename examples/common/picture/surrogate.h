#pragma once
// The exported model of a study, asked for the steps of a simulation of the validation data set.

#include <filesystem>
#include <vector>

#include <torch/script.h>

#include "server/data/data_set.h"
#include "src/study/study.h"

namespace picture {

/// One thread. The references outlive it.
class Surrogate {
 public:
  /// `model`: TorchScript as docs/exported_model.md says. weir::Error{input}: it cannot be read.
  Surrogate(const weir::Study& study, const weir::DataSet& data,
            const std::filesystem::path& model);

  /// All fields at each of these steps, ascending. A model of autoregressive samples is given the
  /// first `lead` steps of the solver, and then what it has predicted itself. weir::Error{input}:
  /// it does not take the study's inputs, or gives something else than its fields.
  std::vector<std::vector<float>> predict(std::size_t simulation,
                                          const std::vector<std::size_t>& steps);

 private:
  bool is_autoregressive() const;
  torch::Tensor row(std::size_t sample) const;
  torch::Tensor direct(std::size_t sample);
  std::vector<torch::Tensor> rolled_out(std::size_t simulation, std::size_t last);
  torch::Tensor inputs(std::size_t sample) const;
  torch::Tensor ask(std::vector<c10::IValue> arguments);

  const weir::Study& study_;
  const weir::DataSet& data_;
  torch::jit::Module model_;
};

}  // namespace picture
