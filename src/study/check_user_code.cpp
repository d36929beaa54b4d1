#include <string>

#include "src/study/checks.h"
#include "src/study/names.h"
#include "src/study/reader.h"

namespace weir {
namespace {

/// A key that one kind needs has no meaning with the others.
void check_belongs(bool needed, const std::string& value, const std::string& place,
                   const std::string& kind, const std::string& what) {
  if (needed && value.empty()) refuse(place, "is missing; \"" + kind + "\" expects " + what);
  if (!needed && !value.empty())
    refuse(place, "is given, but only the kind \"" + kind + "\" has one; leave it out");
}

void check_model(const ModelSettings& model) {
  check_belongs(model.kind == ModelKind::torchscript, model.file.string(), "/training/model/file",
                "torchscript", "the file of a module that torch.jit.save wrote");
  check_belongs(model.kind == ModelKind::plugin, model.name, "/training/model/name", "plugin",
                "the name that a plug-in gives its model");
}

/// A plug-in's model gives the fields themselves.
void check_prediction(const TrainingSettings& training) {
  if (training.model.kind != ModelKind::plugin) return;
  if (training.samples.kind == SampleKind::direct) return;
  if (training.samples.prediction == Prediction::increment)
    refuse("/training/samples/prediction",
           "is \"increment\", but a plug-in's model gives the fields themselves; set it to "
           "\"value\"");
}

/// It weighs fields as it likes; weir's weights never reach it.
void check_loss(const LossSettings& loss) {
  check_belongs(loss.kind == LossKind::plugin, loss.name, "/training/loss/name", "plugin",
                "the name that a plug-in gives its loss");
  if (loss.kind == LossKind::plugin && !loss.weights.empty())
    refuse("/training/loss/weights",
           "is given, but a plug-in's loss does not use it; leave it out, and weigh the fields in "
           "the loss");
}

void refuse_beside_a_loop(bool given, const std::string& place) {
  if (!given) return;
  refuse(place,
         "is given, but /training/loop trains in its own way and does not use it; leave one out");
}

/// What is weir's own steps' alone.
void check_loop(const TrainingSettings& training) {
  if (training.loop.empty()) return;
  refuse_beside_a_loop(training.accumulate != 1, "/training/accumulate");
  refuse_beside_a_loop(training.clip != 0, "/training/clip");
  refuse_beside_a_loop(training.average != 0, "/training/average");
  refuse_beside_a_loop(training.precision != Precision::fp32, "/training/precision");
  refuse_beside_a_loop(training.prefetch == Prefetch::on, "/training/prefetch");
  const OptimizerSettings& given = training.optimizer;
  const OptimizerSettings usual;
  const std::string optimizer = "/training/optimizer/";
  refuse_beside_a_loop(given.kind != usual.kind, optimizer + "kind");
  refuse_beside_a_loop(given.weight_decay != usual.weight_decay, optimizer + "weight_decay");
  refuse_beside_a_loop(given.beta1 != usual.beta1, optimizer + "beta1");
  refuse_beside_a_loop(given.beta2 != usual.beta2, optimizer + "beta2");
  refuse_beside_a_loop(given.epsilon != usual.epsilon, optimizer + "epsilon");
  refuse_beside_a_loop(given.momentum != usual.momentum, optimizer + "momentum");
}

}  // namespace

void check_user_code(const Study& study) {
  const TrainingSettings& training = study.training;
  check_model(training.model);
  check_prediction(training);
  check_loop(training);
  check_loss(training.loss);
}

}  // namespace weir
