#include <string>

#include "src/study/checks.h"
#include "src/study/reader.h"

namespace weir {
namespace {

void check_direct(const Study& study) {
  if (study.training.model.kind == ModelKind::autoencoder) {
    refuse("/training/model/kind",
           "is \"autoencoder\", which encodes the fields of an earlier step; set "
           "/training/samples/kind to \"autoregressive\", or use \"decoder\"");
  }
  if (study.training.samples.lead != 1) {
    refuse("/training/samples/lead", "is " + std::to_string(study.training.samples.lead) +
                                         ", but direct samples are of one step; set "
                                         "/training/samples/kind to \"autoregressive\"");
  }
}

}  // namespace

void check_samples(const Study& study) {
  const SampleSettings& samples = study.training.samples;
  if (samples.kind == SampleKind::direct) return check_direct(study);
  const std::size_t steps = study.simulation.steps;
  if (samples.lead >= steps) {
    refuse("/training/samples/lead", "is " + std::to_string(samples.lead) +
                                         ", but a simulation has " + std::to_string(steps) +
                                         " steps (/simulation/steps), so no step has one so many "
                                         "before it; at most " +
                                         std::to_string(steps - 1));
  }
  if (study.training.model.kind == ModelKind::decoder) {
    refuse("/training/model/kind",
           "is \"decoder\", which sees parameters and time alone; for autoregressive samples use "
           "\"autoencoder\", \"unet\", \"fno\", \"deeponet\" or \"mlp\"");
  }
  if (study.training.source == Source::ensemble && study.server.ranks > study.simulation.count) {
    refuse("/server/ranks",
           "is " + std::to_string(study.server.ranks) + ", more than the " +
               std::to_string(study.simulation.count) +
               " simulations (/simulation/count); all steps of a simulation go to one rank, as "
               "/training/samples/kind is \"autoregressive\", and some would get none");
  }
}

}  // namespace weir
