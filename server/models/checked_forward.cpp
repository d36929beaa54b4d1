#include "server/models/checked_forward.h"

#include <array>
#include <string>

#include "server/tensors/tensor_text.h"
#include "src/core/error.h"

namespace weir {

torch::Tensor checked_forward(Model& model, const torch::Tensor& inputs, const torch::Tensor& state,
                              std::int64_t outputs) {
  const auto found = model.forward(inputs, state);
  const std::array expected = {inputs.size(0), outputs};
  if (found.defined() && found.sizes() == torch::IntArrayRef(expected))
    return found.to(torch::kFloat32);
  throw Error(ErrorKind::study, "the model gives " + described(found) + " for " +
                                    std::to_string(inputs.size(0)) +
                                    " samples; expected Float of shape " + shown(expected) +
                                    ": it has to work for each number of samples, also that of "
                                    "the last batch");
}

}  // namespace weir
