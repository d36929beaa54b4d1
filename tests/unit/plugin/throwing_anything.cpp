#include "tests/unit/plugin/plugins.h"

static void add(weir::Registry&) { throw 42; }
WEIR_PLUGIN(add)
