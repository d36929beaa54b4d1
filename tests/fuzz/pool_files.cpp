// What launcher and pilot tell each other: D/run/pool/PILOT/orders and state.

#include "launcher/schedulers/pool_files.h"

#include "launcher/schedulers/pool_pilot.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/one_file.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  fuzz::OneFile files(fuzz::text_of(data, size));
  const auto orders = read_orders(files, "/nowhere/orders");
  const auto state = read_state(files, "/nowhere/state");
  if (state && state->end) fuzz::check(has_ended(state->end->state), "an end is one");
  const PoolFolder folder(StudyDirectory{"/nowhere"});
  auto pilot = PoolPilot::found(files, folder, "weir.s.pilot.1", orders.value_or(PilotOrders{}));
  pilot.look(Time(std::chrono::hours(1)));
  fuzz::check(!pilot.free() || !pilot.busy(), "a free pilot runs nothing");
  fuzz::check(!state || pilot.state().number == state->number, "a pilot is as its file says");
  (void)pilot.has_time(Time(), 1e300);
  return 0;
}
