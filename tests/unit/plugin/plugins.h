#pragma once
// Strategies for plug-ins that have nothing else to bring, and need no LibTorch.

#include <memory>
#include <vector>

#include "weir/server/plugin.h"
#include "weir/server/strategy.h"

namespace {

class Centre final : public weir::SamplingStrategy {
 public:
  std::vector<std::vector<double>> draw(const weir::RedrawRequest& request) override {
    return {request.count, std::vector<double>(request.dimensions, 0.5)};
  }
};

inline std::shared_ptr<weir::SamplingStrategy> centre(const weir::StudyShape&) {
  return std::make_shared<Centre>();
}

}  // namespace
