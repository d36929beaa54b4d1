#include "server/training/user_loop.h"

#include <set>
#include <string>

#include "server/plugin/lookup.h"

namespace weir {
namespace {

std::string place_of(const Study& study) {
  return "/training/loop: the training loop \"" + study.training.loop + '"';
}

}  // namespace

std::shared_ptr<TrainingLoop> make_loop(const Study& study, const Plugged& plugged, Model& model,
                                        const Loss& loss) {
  const auto& name = study.training.loop;
  if (name.empty()) return nullptr;
  auto loop = make_registered({"training loop", "/training/loop", name}, plugged.registry.loops(),
                              plugged.shape);
  call_user_code(ErrorKind::input, place_of(study), [&] { loop->begin(model, loss); });
  return loop;
}

std::vector<NamedTensor> loop_state(TrainingLoop& loop, const Study& study) {
  const auto named =
      call_user_code(ErrorKind::input, place_of(study), [&] { return loop.state(); });
  std::vector<NamedTensor> places;
  std::set<std::string> names;
  for (const auto& [name, tensor] : named) {
    if (!names.insert(name).second)
      throw Error(ErrorKind::input,
                  place_of(study) + " names \"" + name + "\" twice in its state()");
    if (!tensor.defined() || !(tensor.is_cpu() || tensor.is_cuda()))
      throw Error(ErrorKind::input,
                  place_of(study) + " names \"" + name +
                      "\" in its state(), which is no tensor on the CPU or a GPU");
    places.push_back({"loop/" + name, tensor});
  }
  return places;
}

}  // namespace weir
