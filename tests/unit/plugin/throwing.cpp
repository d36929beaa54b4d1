#include "tests/unit/plugin/plugins.h"

static void add(weir::Registry&) { throw std::runtime_error("no licence for this\nplug-in today"); }
WEIR_PLUGIN(add)
