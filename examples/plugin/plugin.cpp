// The plug-in: weir-server STUDY.json --plugin libweir_example.so

#include <weir/server/plugin.h>

#include "parts.h"

WEIR_PLUGIN(add_parts)
