#pragma once
// What each file of the plug-in makes.

#include <weir/server/registry.h>

#include <memory>

std::shared_ptr<weir::Model> make_modes(const weir::StudyShape& study);
std::shared_ptr<weir::Loss> make_log_cosh(const weir::StudyShape& study);
std::shared_ptr<weir::Transform> make_noise(const weir::StudyShape& study);
std::shared_ptr<weir::TrainingLoop> make_descent(const weir::StudyShape& study);
std::shared_ptr<weir::TrainingLoop> make_descent_on_data_set(const weir::StudyShape& study);
std::shared_ptr<weir::SamplingStrategy> make_beside_the_worst(const weir::StudyShape& study);

/// All of it, under its names.
inline void add_parts(weir::Registry& registry) {
  registry.add_model("modes", make_modes);
  registry.add_loss("log_cosh", make_log_cosh);
  registry.add_transform("noise", make_noise);
  registry.add_loop("descent", make_descent);
  registry.add_loop("descent_on_data_set", make_descent_on_data_set);
  registry.add_strategy("beside_the_worst", make_beside_the_worst);
}
