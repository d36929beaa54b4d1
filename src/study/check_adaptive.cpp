#include <string>

#include "src/study/checks.h"
#include "src/study/reader.h"

namespace weir {

void check_adaptive(const Study& study) {
  const AdaptiveSettings& adaptive = study.sampling.adaptive;
  const bool plugin = adaptive.kind == Refinement::plugin;
  if (plugin && adaptive.name.empty())
    refuse("/sampling/adaptive/name",
           "is missing; the kind \"plugin\" expects the name of a plug-in's strategy");
  if (!plugin && !adaptive.name.empty())
    refuse("/sampling/adaptive/name", "is \"" + adaptive.name +
                                          "\", but only the kind \"plugin\" reads it; set "
                                          "/sampling/adaptive/kind to \"plugin\" or remove it");
  if (adaptive.kind == Refinement::none) return;
  const std::string place = "/sampling/adaptive/kind";
  if (study.training.source == Source::dataset)
    refuse(place,
           "needs an ensemble whose simulations can still be chosen, but /training/source is "
           "\"dataset\"; set it to \"none\"");
  if (study.sampling.design == DesignKind::list)
    refuse(place,
           "draws simulations anew, but /sampling/design \"list\" says which ones to run; set it "
           "to \"none\", or the design to another");
  if (!study.training.loop.empty())
    refuse(place, "follows the losses of weir's own training loop, but /training/loop is \"" +
                      study.training.loop + "\"; set it to \"none\"");
}

}  // namespace weir
