#pragma once
// The names under which a study finds models, losses, transforms, loops and strategies of users.
// Needs the standard library alone; who registers a thing includes its header.

#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "weir/server/study_shape.h"

namespace weir {

class Loss;
class Model;
class SamplingStrategy;
class TrainingLoop;
class Transform;

/// A name belongs to one factory of its sort. Factories are called on each rank, by the trainer's
/// thread, once or twice: when the server starts, to see whether they can be, and for the training.
/// What one throws is the error of the study. Value type, used by one thread.
class Registry {
 public:
  template <typename Made>
  using Factory = std::function<Made(const StudyShape&)>;
  template <typename Made>
  using Factories = std::map<std::string, Factory<Made>>;

  /// Each throws std::invalid_argument when the name is empty or taken, or there is no factory.
  void add_model(const std::string& name, Factory<std::shared_ptr<Model>> make) {
    add(models_, "model", name, std::move(make));
  }
  void add_loss(const std::string& name, Factory<std::shared_ptr<Loss>> make) {
    add(losses_, "loss", name, std::move(make));
  }
  void add_transform(const std::string& name, Factory<std::shared_ptr<Transform>> make) {
    add(transforms_, "transform", name, std::move(make));
  }
  void add_loop(const std::string& name, Factory<std::shared_ptr<TrainingLoop>> make) {
    add(loops_, "training loop", name, std::move(make));
  }
  void add_strategy(const std::string& name, Factory<std::shared_ptr<SamplingStrategy>> make) {
    add(strategies_, "sampling strategy", name, std::move(make));
  }

  const Factories<std::shared_ptr<Model>>& models() const { return models_; }
  const Factories<std::shared_ptr<Loss>>& losses() const { return losses_; }
  const Factories<std::shared_ptr<Transform>>& transforms() const { return transforms_; }
  const Factories<std::shared_ptr<TrainingLoop>>& loops() const { return loops_; }
  const Factories<std::shared_ptr<SamplingStrategy>>& strategies() const { return strategies_; }

 private:
  template <typename Made>
  static void add(Factories<Made>& factories, const std::string& sort, const std::string& name,
                  Factory<Made> make) {
    if (name.empty()) throw std::invalid_argument("a " + sort + " is registered without a name");
    if (!make)
      throw std::invalid_argument("the " + sort + " \"" + name + "\" is registered as nothing");
    if (!factories.emplace(name, std::move(make)).second)
      throw std::invalid_argument("a " + sort + " \"" + name + "\" is registered already");
  }

  Factories<std::shared_ptr<Model>> models_;
  Factories<std::shared_ptr<Loss>> losses_;
  Factories<std::shared_ptr<Transform>> transforms_;
  Factories<std::shared_ptr<TrainingLoop>> loops_;
  Factories<std::shared_ptr<SamplingStrategy>> strategies_;
};

}  // namespace weir
