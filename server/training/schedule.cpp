#include "server/training/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace weir {

double initial_rate(const TrainingSettings& training, std::size_t ranks) {
  const auto many = static_cast<double>(ranks);
  switch (training.schedule.ranks) {
    case RankScaling::none:
      break;
    case RankScaling::linear:
      return training.optimizer.learning_rate * many;
    case RankScaling::square_root:
      return training.optimizer.learning_rate * std::sqrt(many);
  }
  return training.optimizer.learning_rate;
}

Schedule::Schedule(const ScheduleSettings& settings, double initial)
    : settings_(settings), initial_(initial) {}

double Schedule::rate(std::size_t samples, std::size_t own) const {
  const double warm = warm_rate(samples);
  if (samples + own >= settings_.warm_up) return warm;
  return warm * static_cast<double>(samples + own) / static_cast<double>(settings_.warm_up);
}

double Schedule::warm_rate(std::size_t samples) const {
  if (settings_.kind == ScheduleKind::constant) return initial_;
  const double periods = static_cast<double>(samples) / static_cast<double>(settings_.every);
  return std::max(settings_.minimum, unbounded(periods));
}

double Schedule::unbounded(double periods) const {
  switch (settings_.kind) {
    case ScheduleKind::constant:
      return initial_;
    case ScheduleKind::step:
      return initial_ * std::pow(settings_.factor, std::floor(periods));
    case ScheduleKind::exponential:
      return initial_ * std::pow(settings_.factor, periods);
    case ScheduleKind::cosine: {
      const double way = (1 + std::cos(std::numbers::pi * std::min(periods, 1.0))) / 2;
      return settings_.minimum + (initial_ - settings_.minimum) * way;
    }
    case ScheduleKind::plateau:
      return initial_ * std::pow(settings_.factor, static_cast<double>(state_.reductions));
  }
  return initial_;
}

void Schedule::validated(double loss) {
  if (loss < state_.best) {
    state_.best = loss;
    state_.without_better = 0;
  } else if (++state_.without_better >= settings_.patience) {
    ++state_.reductions;
    state_.without_better = 0;
  }
}

}  // namespace weir
