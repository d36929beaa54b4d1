#include "server/sampling/settled_design.h"

#include <utility>

namespace weir {

std::optional<std::vector<double>> SettledDesign::parameters(std::uint64_t sim) const {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = values_.find(sim); found != values_.end()) return found->second;
  }
  return base_->parameters(sim);
}

bool SettledDesign::is_settled(std::uint64_t sim) const {
  const std::lock_guard lock(mutex_);
  return values_.contains(sim);
}

void SettledDesign::settle(std::uint64_t sim, std::vector<double> values) {
  const std::lock_guard lock(mutex_);
  values_.try_emplace(sim, std::move(values));
}

std::size_t SettledDesign::settled() const {
  const std::lock_guard lock(mutex_);
  return values_.size();
}

}  // namespace weir
