#include "server/sampling/relative_losses.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
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

[[noreturn]] void refuse(const SampleId& id, float loss) {
  throw Error(ErrorKind::study,
              "/training/loss gave " + std::to_string(loss) + " for step " +
                  std::to_string(id.step) + " of simulation " + std::to_string(id.sim) +
                  "; adaptive sampling weighs simulations by their losses, so none may be "
                  "negative: correct the loss, or set /sampling/adaptive/kind to \"none\"");
}
}  // namespace

RelativeLosses::RelativeLosses(std::size_t steps) : steps_(steps) {
  const std::size_t groups = std::min(steps, most_groups);
  state_.factors.assign(groups, 1);
  state_.counts.assign(groups, 0);
}

std::size_t RelativeLosses::group(std::uint64_t step) const {
  return static_cast<std::size_t>(step) * state_.factors.size() / steps_;
}

void RelativeLosses::follow_level(double mean_loss) {
  if (!std::isfinite(mean_loss)) return;
  state_.level = state_.level == 0 ? mean_loss : std::lerp(state_.level, mean_loss, level_rate);
}

/// Over the samples that the factors rest on.
double RelativeLosses::mean_factor() const {
  const double samples = std::accumulate(state_.counts.begin(), state_.counts.end(), 0.0);
  const double sum =
      std::inner_product(state_.counts.begin(), state_.counts.end(), state_.factors.begin(), 0.0);
  return samples > 0 ? sum / samples : 1;
}

void RelativeLosses::record(double mean_loss, std::span<const SampleId> ids,
                            std::span<const float> losses) {
  for (std::size_t k = 0; k < ids.size(); ++k)
    if (losses[k] < 0 && std::isfinite(losses[k])) refuse(ids[k], losses[k]);
  follow_level(mean_loss);
  if (state_.level <= 0) return;
  // Against what was expected before this batch was seen.
  const double mean = mean_factor() / state_.lag;
  for (std::size_t k = 0; k < ids.size(); ++k) {
    if (!std::isfinite(losses[k])) continue;
    const double factor = state_.factors[group(ids[k].step)] / mean;
    LossEvidence& evidence = state_.untold[ids[k].sim];
    evidence.sum += factor > 0 ? losses[k] / state_.level / factor : 1;
    ++evidence.samples;
  }
  follow(state_.lag, state_.batches, mean_loss);
  for (std::size_t k = 0; k < ids.size(); ++k)
    follow(state_.factors[group(ids[k].step)], state_.counts[group(ids[k].step)], losses[k]);
}

/// `loss` is one more of so many.
void RelativeLosses::follow(double& factor, double& count, double loss) const {
  if (!std::isfinite(loss)) return;
  count = std::min(count + 1, longest_memory);
  factor += (loss / state_.level - factor) / (count + prior_samples);
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
