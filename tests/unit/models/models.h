#pragma once
// Models of small shapes.

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "server/models/model.h"
#include "src/study/names.h"

namespace weir::test {

inline std::shared_ptr<Model> model_of(const ModelSettings& settings, const ModelShape& shape,
                                       std::uint64_t seed) {
  return make_model(plan_model(settings, shape), Random(seed));
}

/// Of direct samples.
inline std::shared_ptr<Model> model_of(const ModelSettings& settings, std::size_t inputs,
                                       const std::vector<Field>& fields, std::uint64_t seed) {
  return model_of(settings, {.inputs = inputs, .fields = fields}, seed);
}

/// Of one field.
inline std::shared_ptr<Model> mlp(const std::vector<std::size_t>& hidden, Activation activation,
                                  std::size_t inputs, std::size_t outputs, std::uint64_t seed) {
  ModelSettings settings;
  settings.hidden = hidden;
  settings.activation = activation;
  return model_of(settings, inputs, {{.name = "u", .shape = {outputs}, .unit = ""}}, seed);
}

/// A few hundred weights of any kind.
inline ModelSettings small(ModelKind kind) {
  ModelSettings settings;
  settings.kind = kind;
  settings.hidden = {24, 24};
  settings.activation = Activation::gelu;
  settings.channels = {4, 6, 8};
  settings.modes = 2;
  settings.width = 6;
  settings.layers = 2;
  settings.basis = 8;
  return settings;
}

/// The same of one that is given a state.
inline ModelSettings small_of_a_state(ModelKind kind) {
  ModelSettings settings = small(kind);
  settings.channels = {4, 6};
  settings.latent = 5;
  return settings;
}

/// Samples and inputs that models of a Case are given.
constexpr std::int64_t batch = 5, inputs = 3;

/// A kind of model on a grid.
struct Case {
  ModelKind kind;
  std::vector<std::size_t> grid;
};

/// Each on grids of one, two and three dimensions.
inline std::vector<Case> cases_of(const std::vector<ModelKind>& kinds) {
  std::vector<Case> all;
  for (const auto kind : kinds)
    for (const auto& grid : {std::vector<std::size_t>{11}, {6, 9}, {4, 5, 6}})
      all.push_back({kind, grid});
  return all;
}

inline std::string name_of_case(const testing::TestParamInfo<Case>& info) {
  return std::string(name_of(info.param.kind)) + "_" + std::to_string(info.param.grid.size()) + "d";
}

/// A model to be exported.
struct Exported {
  std::string name;
  ModelSettings settings;
  std::vector<std::size_t> grid;
  SampleKind samples = SampleKind::direct;
};

/// Every kind on grids of each dimension, odd and even; every activation; every setting that
/// changes what is computed.
inline std::vector<Exported> exported_models() {
  std::vector<Exported> all;
  const auto add = [&](std::string name, ModelSettings settings, std::vector<std::size_t> grid) {
    for (const auto extent : grid) name.append("_").append(std::to_string(extent));
    all.push_back({name, settings, grid});
  };
  const auto add_autoregressive = [&](ModelKind kind, const std::vector<std::size_t>& grid) {
    add(std::string(name_of(kind)).append("_of_a_state"), small(kind), grid);
    all.back().samples = SampleKind::autoregressive;
  };
  for (const auto kind :
       {ModelKind::mlp, ModelKind::decoder, ModelKind::unet, ModelKind::fno, ModelKind::deeponet})
    for (const auto& grid : {std::vector<std::size_t>{11}, {6, 9}, {9, 6}, {4, 5, 6}})
      add(std::string(name_of(kind)), small(kind), grid);
  for (const auto kind : {ModelKind::decoder, ModelKind::unet}) {
    auto settings = small(kind);
    settings.channels = {4, 6};
    add(std::string(name_of(kind)), settings, {2, 7});
  }
  for (const auto kind : {ModelKind::fno, ModelKind::unet}) {  // as large as the defaults make them
    ModelSettings defaults;
    defaults.kind = kind;
    add(std::string(name_of(kind)), defaults, {64, 45});
  }
  for (const auto kind : {ModelKind::mlp, ModelKind::autoencoder, ModelKind::unet, ModelKind::fno,
                          ModelKind::deeponet})
    for (const auto& grid : {std::vector<std::size_t>{11}, {6, 9}, {4, 5, 6}})
      add_autoregressive(kind, grid);
  for (const auto activation : {Activation::relu, Activation::tanh, Activation::silu}) {
    auto settings = small(ModelKind::mlp);
    settings.activation = activation;
    settings.residual = true;
    settings.fourier_features = 5;
    add(std::string("mlp_").append(name_of(activation)), settings, {7});
  }
  return all;
}

/// Two parameters, two fields of two units.
inline Study study_of(const Exported& one) {
  Study study;
  study.name = one.name;
  study.parameters = {{.name = "a", .lower = 100, .upper = 500, .unit = "K"},
                      {.name = "b", .lower = -1, .upper = 1, .unit = ""}};
  study.simulation.steps = 21;
  study.simulation.time = {.first = 0, .step = 0.1, .sent = false, .unit = "s"};
  study.simulation.fields = {{.name = "u", .shape = one.grid, .unit = "K"},
                             {.name = "v", .shape = one.grid, .unit = ""}};
  study.training.model = one.settings;
  study.training.samples.kind = one.samples;
  study.training.normalisation.kind = NormalisationKind::given;
  study.training.normalisation.fields = {{"u", {.mean = 30, .deviation = 80}},
                                         {"v", {.mean = -1, .deviation = 0.5}}};
  return study;
}

inline std::shared_ptr<Model> model_of(const Study& study) {
  return make_model(plan_model(study.training.model, model_shape(study)), Random(5));
}

}  // namespace weir::test
