#pragma once
// See weir/server/strategy.h, which plug-ins include.

#include "weir/server/strategy.h"
