#pragma once
// Models of small shapes.

#include <memory>

#include "server/training/model.h"

namespace weir::test {

/// Of one field.
inline std::shared_ptr<Model> model_of(const ModelSettings& settings, std::size_t inputs,
                                       const std::vector<Field>& fields, std::uint64_t seed) {
  return make_model(plan_model(settings, {.inputs = inputs, .fields = fields}), Random(seed));
}

inline std::shared_ptr<Model> mlp(const std::vector<std::size_t>& hidden, Activation activation,
                                  std::size_t inputs, std::size_t outputs, std::uint64_t seed) {
  ModelSettings settings;
  settings.hidden = hidden;
  settings.activation = activation;
  return model_of(settings, inputs, {{.name = "u", .shape = {outputs}, .unit = ""}}, seed);
}

}  // namespace weir::test
