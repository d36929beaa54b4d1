#include "tests/unit/plugin/plugins.h"

WEIR_PLUGIN_EXPORT const weir_plugin_facts* weir_plugin_version() {
  static const weir_plugin_facts facts = {99, "9.9.9", "7.8.9"};
  return &facts;
}
WEIR_PLUGIN_EXPORT void weir_plugin_register(weir::Registry&) { throw 42; }
