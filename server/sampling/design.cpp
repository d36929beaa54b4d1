#include "server/sampling/design.h"

#include <cassert>

#include "server/sampling/halton.h"
#include "server/sampling/latin_hypercube.h"
#include "server/sampling/list.h"
#include "server/sampling/sobol.h"
#include "server/sampling/uniform.h"

namespace weir {

std::unique_ptr<Design> make_design(const Study& study) {
  const auto& parameters = study.parameters;
  const std::size_t count = study.simulation.count;
  switch (study.sampling.design) {
    case DesignKind::uniform:
      return std::make_unique<UniformDesign>(parameters, study.seed);
    case DesignKind::latin_hypercube:
      return std::make_unique<LatinHypercubeDesign>(parameters, study.seed, count);
    case DesignKind::halton:
      return std::make_unique<HaltonDesign>(parameters, study.seed);
    case DesignKind::sobol:
      return std::make_unique<SobolDesign>(parameters, study.seed);
    case DesignKind::list:
      return std::make_unique<ListDesign>(parameters, study.sampling.file, count);
  }
  assert(false);
  return nullptr;
}

}  // namespace weir
