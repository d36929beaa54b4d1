#include "src/plan/plan.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "src/core/error.h"
#include "src/core/number_text.h"
#include "src/plan/events.h"

namespace weir {
namespace {

constexpr double most_events = 1e6;  ///< of samples, and of training steps

double real(std::uint64_t count) { return static_cast<double>(count); }

void check(const char* name, double value, bool positive) {
  if (std::isfinite(value) && (positive ? value > 0 : value >= 0)) return;
  throw Error(ErrorKind::input, "the plan's " + std::string(name) + " is " + number_text(value) +
                                    "; it must be " + (positive ? "above 0" : "at least 0"));
}

void check(const PlanInput& input) {
  for (const auto& [name, value] : {std::pair{"number of simulations", input.simulations},
                                    {"number of steps", input.steps},
                                    {"number of clients", input.clients},
                                    {"window", input.window},
                                    {"number of ranks", input.ranks},
                                    {"capacity", input.capacity},
                                    {"batch", input.batch},
                                    {"number of samples in flight", input.inflight}})
    check(name, real(value), /*positive=*/true);
  check("step_seconds", input.step_seconds, true);
  check("sample_bytes", input.sample_bytes, true);
  check("train_seconds", input.train_seconds, true);
  check("queue_seconds", input.queue_seconds, false);
  check("start_seconds", input.start_seconds, false);
  check("ingest_rate", input.ingest_rate, false);
  check("link_rate", input.link_rate, false);
  if (input.watermark > input.capacity)
    throw Error(ErrorKind::input, "the plan's watermark, " + std::to_string(input.watermark) +
                                      ", is above its capacity, " + std::to_string(input.capacity));
}

double samples(const PlanInput& input) { return real(input.simulations) * real(input.steps); }

double seconds_at(double bytes, double rate) { return rate > 0 ? bytes / rate : 0; }

PlanNeeds needs_of(const PlanInput& input) {
  const double bytes = samples(input) * input.sample_bytes;
  const double waves = std::ceil(real(input.simulations) / real(input.clients));
  const double batches = std::ceil(samples(input) / real(input.ranks * input.batch));
  return {.solvers = waves * (input.queue_seconds + input.start_seconds +
                              real(input.steps) * input.step_seconds),
          .link = seconds_at(bytes, input.link_rate),
          .ingest = seconds_at(bytes, input.ingest_rate * real(input.ranks)),
          .training = batches * input.train_seconds};
}

std::pair<double, Resource> largest(const PlanNeeds& needs) {
  return std::max({std::pair{needs.solvers, Resource::solvers},
                   {needs.link, Resource::link},
                   {needs.ingest, Resource::ingest},
                   {needs.training, Resource::training}});
}

/// How many make one event, so that there are about a million; small against `least`.
std::uint64_t at_once(double events, double least) {
  return static_cast<std::uint64_t>(
      std::max(1.0, std::min(std::ceil(events / most_events), least)));
}

}  // namespace

PlanResult plan_study(const PlanInput& input) {
  check(input);
  const PlanNeeds needs = needs_of(input);
  const auto [seconds, resource] = largest(needs);
  const double capacity = real(input.ranks * input.capacity);
  const auto stride =
      at_once(samples(input), std::min({real(input.window), real(input.ranks * input.inflight),
                                        capacity / 100, real(input.steps) / 4}));
  const auto steps = at_once(seconds / input.train_seconds, most_events);
  PlanResult result = PlanEvents(input, stride, steps).run();
  result.server_core_hours = result.duration / 3600 * real(input.server_cores);
  result.gpu_hours = result.duration / 3600 * real(input.gpus);
  result.needs = needs;
  result.bound_by = resource;
  return result;
}

}  // namespace weir
