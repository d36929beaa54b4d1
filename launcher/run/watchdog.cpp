#include "launcher/run/watchdog.h"

#include "src/core/planted_bug.h"

namespace weir {

void Watchdog::heard(std::uint64_t pulse, Time now) {
  const bool sign = pulse_ != pulse || WEIR_BUG("watchdog_ignores_pulse");
  pulse_ = pulse;
  if (sign) last_sign_ = now;
}

}  // namespace weir
