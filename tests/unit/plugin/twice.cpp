#include "tests/unit/plugin/plugins.h"

static void add(weir::Registry& registry) {
  registry.add_strategy("centre", centre);
  registry.add_strategy("centre", centre);
}
WEIR_PLUGIN(add)
