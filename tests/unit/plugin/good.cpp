#include "tests/unit/plugin/plugins.h"

static void add(weir::Registry& registry) {
  registry.add_strategy("centre", centre);
  registry.add_strategy("nothing", [](const weir::StudyShape&) { return nullptr; });
  registry.add_strategy("choosy", [](const weir::StudyShape& study) {
    if (study.parameters.size() != 3) throw std::runtime_error("takes three parameters");
    return centre(study);
  });
}
WEIR_PLUGIN(add)
