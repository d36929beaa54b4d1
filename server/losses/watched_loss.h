#pragma once
// A loss of a plug-in, which is not trusted to keep its contract.

#include <memory>
#include <string>

#include "server/losses/loss.h"

namespace weir {

/// Calls `loss`. Error{study}, which names it: it threw, or gave anything but one FP32 a sample.
std::unique_ptr<Loss> watch_loss(const std::string& name, std::shared_ptr<Loss> loss);

}  // namespace weir
