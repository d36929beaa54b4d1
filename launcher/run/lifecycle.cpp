#include "launcher/run/lifecycle.h"

#include <algorithm>
#include <array>

namespace weir {
namespace {

using S = AttemptState;
using E = AttemptEvent;
using A = AttemptAction;

constexpr std::array rules = {
    AttemptRule{S::queued, E::place_free, S::submitted, A::submit},
    AttemptRule{S::queued, E::withdrawn, S::ended, A::report},
    AttemptRule{S::submitted, E::refused, S::ended, A::report},
    AttemptRule{S::submitted, E::seen_running, S::running, A::start_time_limit},
    AttemptRule{S::submitted, E::job_over, S::ended, A::report},
    AttemptRule{S::submitted, E::withdrawn, S::ending, A::cancel},
    AttemptRule{S::running, E::job_over, S::ended, A::report},
    AttemptRule{S::running, E::time_up, S::ending, A::cancel},
    AttemptRule{S::running, E::withdrawn, S::ending, A::cancel},
    AttemptRule{S::ending, E::job_over, S::ended, A::report},
    AttemptRule{S::ended, E::acknowledged, S::acknowledged, A::none},
    AttemptRule{S::acknowledged, E::requested, S::ended, A::none},
};

}  // namespace

std::span<const AttemptRule> attempt_rules() { return rules; }

AttemptStep step(AttemptState state, AttemptEvent event) {
  const auto rule = std::find_if(rules.begin(), rules.end(), [&](const AttemptRule& one) {
    return one.state == state && one.event == event;
  });
  if (rule == rules.end()) return {state, AttemptAction::none};
  return {rule->next, rule->action};
}

}  // namespace weir
