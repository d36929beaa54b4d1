#include "server/sampling/relative_losses.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "src/core/error.h"

namespace weir {

namespace {
constexpr std::size_t most_groups = 256;
constexpr double level_rate = 0.05;      // of a batch: the mean of about the last 20
constexpr double prior_samples = 4;      // with which a factor is believed to be 1
constexpr double longest_memory = 1000;  // samples of a factor: it follows the training
constexpr double fading = 0.5;
constexpr double forgotten = 0.05;  // samples
// Samples with which a simulation is believed to be average.
constexpr double prior_evidence = 2;
}  // namespace

RelativeLosses::RelativeLosses(std::size_t steps) : steps_(steps) {
  const std::size_t groups = std::min(steps, most_groups);
  state_.factors.assign(groups, 1);
  state_.counts.assign(groups, 0);
}

std::size_t RelativeLosses::group(std::uint64_t step) const {
  return static_cast<std::size_t>(step) * state_.factors.size() / steps_;
}

void RelativeLosses::follow_level(std::span<const float> losses) {
  double sum = 0, finite = 0;
  for (const double loss : losses) {
    if (!std::isfinite(loss)) continue;
    sum += loss;
    ++finite;
  }
  if (finite == 0) return;
  const double mean = sum / finite;
  state_.level = state_.level == 0 ? mean : std::lerp(state_.level, mean, level_rate);
}

void RelativeLosses::record(std::span<const SampleId> ids, std::span<const float> losses) {
  follow_level(losses);
  if (state_.level <= 0) return;
  for (std::size_t k = 0; k < ids.size(); ++k) {
    if (!std::isfinite(losses[k])) continue;
    const double of_level = losses[k] / state_.level;
    double& factor = state_.factors[group(ids[k].step)];
    double& count = state_.counts[group(ids[k].step)];
    LossEvidence& evidence = state_.untold[ids[k].sim];
    // Against what was expected before this sample was seen.
    evidence.sum += factor > 0 ? of_level / factor : 1;
    ++evidence.samples;
    count = std::min(count + 1, longest_memory);
    factor += (of_level - factor) / (count + prior_samples);
  }
}

Evidence RelativeLosses::take() { return std::exchange(state_.untold, {}); }

void RelativeLosses::restore(State state) {
  if (state.factors.size() != state_.factors.size() || state.counts.size() != state_.counts.size())
    throw Error(ErrorKind::input,
                "the checkpoint's losses are of simulations with another number of steps than " +
                    std::to_string(steps_) + "; go on with the study as it was");
  state_ = std::move(state);
}

void LossMemory::fade() {
  for (auto& [sim, evidence] : evidence_) {
    evidence.sum *= fading;
    evidence.samples *= fading;
  }
  std::erase_if(evidence_, [](const auto& of) { return of.second.samples < forgotten; });
}

void LossMemory::add(std::uint64_t sim, const LossEvidence& evidence) {
  LossEvidence& all = evidence_[sim];
  all.sum += evidence.sum;
  all.samples += evidence.samples;
}

double LossMemory::loss_of(const LossEvidence& evidence) {
  return (evidence.sum + prior_evidence) / (evidence.samples + prior_evidence);
}

}  // namespace weir
