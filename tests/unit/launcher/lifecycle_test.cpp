#include "launcher/run/lifecycle.h"

#include <set>
#include <utility>

#include <gtest/gtest.h>

namespace weir {
namespace {

using S = AttemptState;
using E = AttemptEvent;
using A = AttemptAction;

void expect_step(S state, E event, S next, A action) {
  const auto [got_next, got_action] = step(state, event);
  EXPECT_EQ(got_next, next);
  EXPECT_EQ(got_action, action);
}

TEST(AttemptLifecycle, RunsFromRequestToAcknowledgement) {
  expect_step(S::queued, E::place_free, S::submitted, A::submit);
  expect_step(S::submitted, E::seen_running, S::running, A::start_time_limit);
  expect_step(S::running, E::job_over, S::ended, A::report);
  expect_step(S::ended, E::acknowledged, S::acknowledged, A::none);
}

TEST(AttemptLifecycle, ReportsAJobThatWasNeverSeenRunning) {
  expect_step(S::submitted, E::job_over, S::ended, A::report);
  expect_step(S::submitted, E::refused, S::ended, A::report);
}

TEST(AttemptLifecycle, CancelsOnceAndWaitsForTheEnd) {
  expect_step(S::running, E::time_up, S::ending, A::cancel);
  expect_step(S::ending, E::withdrawn, S::ending, A::none);
  expect_step(S::ending, E::job_over, S::ended, A::report);
}

TEST(AttemptLifecycle, IgnoresWhatComesTooLate) {
  for (const auto event :
       {E::place_free, E::refused, E::seen_running, E::job_over, E::time_up, E::withdrawn}) {
    expect_step(S::ended, event, S::ended, A::none);
    expect_step(S::acknowledged, event, S::acknowledged, A::none);
  }
}

TEST(AttemptLifecycle, DropsAQueuedAttemptWithoutCancellingAJob) {
  expect_step(S::queued, E::withdrawn, S::ended, A::report);
}

TEST(AttemptLifecycle, HasOneRuleForEachPair) {
  std::set<std::pair<S, E>> seen;
  for (const auto& rule : attempt_rules()) EXPECT_TRUE(seen.emplace(rule.state, rule.event).second);
}

TEST(AttemptLifecycle, TakesAPlaceWhileThereMayBeAJob) {
  EXPECT_TRUE(takes_place(S::submitted));
  EXPECT_TRUE(takes_place(S::running));
  EXPECT_TRUE(takes_place(S::ending));
  EXPECT_FALSE(takes_place(S::queued));
  EXPECT_FALSE(takes_place(S::ended));
}

}  // namespace
}  // namespace weir
