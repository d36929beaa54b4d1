#include "launcher/schedulers/pool_pilot.h"

#include <algorithm>
#include <utility>

#include "src/core/error.h"

namespace weir {

PoolPilot::PoolPilot(FileSystem& files, const PoolFolder& folder, std::string name)
    : files_(&files),
      orders_path_(folder.orders(name)),
      state_path_(folder.state(name)),
      name_(std::move(name)) {}

PoolPilot::PoolPilot(FileSystem& files, const PoolFolder& folder, std::string name,
                     const PilotOrders& orders)
    : PoolPilot(files, folder, std::move(name)) {
  orders_ = orders;
  files.make_directories(folder.pilot(name_), 0700);
  write_state(files, state_path_, state_);
  write_orders(files, orders_path_, orders_);
  written_ = true;
}

PoolPilot PoolPilot::found(FileSystem& files, const PoolFolder& folder, std::string name,
                           const PilotOrders& orders) {
  PoolPilot pilot(files, folder, std::move(name));
  pilot.orders_ = orders;
  pilot.written_ = true;
  return pilot;
}

void PoolPilot::give(const std::string& task) {
  ++orders_.number;
  orders_.name = task;
  orders_.wish = TaskWish::run;
  written_ = false;
  publish();
}

void PoolPilot::wish(TaskWish wish) {
  orders_.wish = wish;
  written_ = false;
  publish();
}

void PoolPilot::leave(PilotLeave leave) {
  orders_.leave = leave;
  written_ = false;
  publish();
}

void PoolPilot::greet() {
  ++orders_.word;
  written_ = false;
  publish();
}

bool PoolPilot::publish() {
  try {
    if (!written_) write_orders(*files_, orders_path_, orders_);
    written_ = true;
  } catch (const Error&) {  // a full disk, a file server that is away
  }
  return written_;
}

void PoolPilot::look(Time now) {
  const auto state = read_state(*files_, state_path_);
  if (!state) return;
  const bool news = state->number != state_.number || state->phase != state_.phase;
  state_ = *state;
  if (!state_.seconds_left || (!news && ends_at_)) return;
  const Time end = now + std::chrono::duration_cast<Duration>(Seconds(*state_.seconds_left));
  ends_at_ = ends_at_ ? std::min(*ends_at_, end) : end;  // it was written a little earlier
}

bool PoolPilot::give_up(Time now) {
  if (orders_.leave != PilotLeave::now) leave(PilotLeave::now);
  if (!publish()) return false;
  look(now);
  return true;
}

bool PoolPilot::busy() const {
  return orders_.number > 0 && !(state_.number >= orders_.number && state_.end);
}

bool PoolPilot::has_time(Time now, double seconds) const {
  return !ends_at_ || Seconds(*ends_at_ - now).count() >= seconds;
}

}  // namespace weir
