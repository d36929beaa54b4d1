#include "server/sampling/redraws.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <utility>

#include "src/core/error.h"
#include "src/core/planted_bug.h"
#include "src/core/random.h"

namespace weir {

Redraws::Redraws(const Study& study, const Design& design,
                 std::shared_ptr<SamplingStrategy> strategy, std::string name)
    : study_(study), design_(design), strategy_(std::move(strategy)), name_(std::move(name)) {}

ParameterRow Redraws::proposal(std::uint64_t sim) const {
  const auto found = state_.proposals.find(sim);
  if (found != state_.proposals.end()) return found->second;
  if (state_.redraws == 0) return {sim, DrawnBy::design, design_.parameters(sim).value()};
  if (explores(sim)) return explored(sim);
  // It replaces a failed one and has come after the latest redraw. No other takes this place.
  return {sim, DrawnBy::design, design_.parameters(2 * study_.simulation.count + sim).value()};
}

/// Evenly among the simulations' numbers, whenever they are redrawn and submitted.
bool Redraws::explores(std::uint64_t sim) const {
  if (WEIR_BUG("exploration_ignored")) return false;
  const double share = study_.sampling.adaptive.exploration;
  const auto number = static_cast<double>(sim);
  return std::floor((number + 1) * share) > std::floor(number * share);
}

/// Exploring simulations before it, from `first` on, have taken a place of the design each.
ParameterRow Redraws::explored(std::uint64_t sim) const {
  const double share = study_.sampling.adaptive.exploration;
  const auto before = [share](std::uint64_t n) {
    return static_cast<std::uint64_t>(std::floor(static_cast<double>(n) * share));
  };
  const std::uint64_t place =
      sim < state_.first ? sim : state_.first + before(sim) - before(state_.first);
  return {sim, DrawnBy::exploration, design_.parameters(place).value()};
}

std::vector<double> Redraws::unit_point(const std::vector<double>& values) const {
  std::vector<double> point;
  for (std::size_t d = 0; d < values.size(); ++d) {
    const Parameter& parameter = study_.parameters[d];
    const double place = (values[d] - parameter.lower) / (parameter.upper - parameter.lower);
    point.push_back(std::clamp(place, 0.0, 1.0));  // of a rounding
  }
  return point;
}

std::vector<double> Redraws::physical(const std::vector<double>& point) const {
  std::vector<double> values;
  for (std::size_t d = 0; d < point.size(); ++d)
    values.push_back(std::lerp(study_.parameters[d].lower, study_.parameters[d].upper, point[d]));
  return values;
}

std::vector<SeenSimulation> Redraws::seen(const Evidence& evidence, const Design& values) const {
  std::vector<SeenSimulation> seen;
  for (const auto& [sim, of] : evidence)
    seen.push_back(
        {sim, unit_point(values.parameters(sim).value()), LossMemory::loss_of(of), of.samples});
  return seen;
}

std::vector<std::vector<double>> Redraws::ask(const RedrawRequest& request) const {
  const std::string who = "the sampling strategy \"" + name_ + "\" ";
  const auto fail = [&](const std::string& what) {
    return Error(ErrorKind::study, who + what +
                                       "; nothing is clamped or left out: correct it, or "
                                       "set /sampling/adaptive/kind to another");
  };
  std::vector<std::vector<double>> points;
  try {
    points = strategy_->draw(request);
  } catch (const std::exception& error) {
    throw fail(std::string("failed: ") + error.what());
  } catch (...) {  // a plug-in's
    throw fail("failed: it threw what is no std::exception");
  }
  if (points.size() != request.count)
    throw fail("gave " + std::to_string(points.size()) + " points instead of " +
               std::to_string(request.count));
  for (const auto& point : points) {
    if (point.size() != request.dimensions)
      throw fail("gave a point of " + std::to_string(point.size()) + " coordinates instead of " +
                 std::to_string(request.dimensions));
    for (std::size_t d = 0; d < point.size(); ++d)
      if (!(point[d] >= 0 && point[d] <= 1))
        throw fail("gave " + std::to_string(point[d]) + " for parameter \"" +
                   study_.parameters[d].name + "\", outside the unit interval");
  }
  return points;
}

RedrawReport Redraws::redraw(const Evidence& evidence, const Design& values,
                             std::span<const std::uint64_t> open) {
  RedrawRequest request;
  request.dimensions = study_.parameters.size();
  request.seen = seen(evidence, values);
  RedrawReport report{.seen = request.seen.size()};
  if (open.empty() || request.seen.size() < request.dimensions + 2) return report;

  std::vector<std::uint64_t> exploring, asked;
  for (const std::uint64_t sim : open) (explores(sim) ? exploring : asked).push_back(sim);
  request.count = asked.size();
  request.seed = Random(study_.seed, "adaptive", state_.redraws)();
  const auto points = asked.empty() ? std::vector<std::vector<double>>{} : ask(request);

  if (state_.redraws++ == 0) state_.first = open.front();
  state_.proposals.clear();
  for (const std::uint64_t sim : exploring) state_.proposals[sim] = explored(sim);
  for (std::size_t k = 0; k < asked.size(); ++k)
    state_.proposals[asked[k]] = {asked[k], DrawnBy::strategy, physical(points[k])};
  report.explored = exploring.size();
  report.redrawn = asked.size();
  return report;
}

}  // namespace weir
