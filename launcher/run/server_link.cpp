#include "launcher/run/server_link.h"

#include "src/core/failpoint.h"

namespace weir {
namespace {

constexpr Duration repeat_every = std::chrono::seconds(1);
constexpr Duration keep_alive = std::chrono::seconds(2);

}  // namespace

ServerLink::ServerLink(std::unique_ptr<wire::ClientChannel> channel, std::uint64_t study,
                       std::size_t capacity, const Clock& clock)
    : channel_(std::move(channel)),
      study_(study),
      capacity_(capacity),
      clock_(clock),
      next_repeat_(clock.now()),
      next_hello_(clock.now()) {}

std::vector<wire::Message> ServerLink::receive() {
  std::vector<wire::Message> messages;
  while (const auto received = channel_->try_receive()) {
    auto decoded = wire::decode(received->bytes());
    if (!decoded.ok()) continue;
    heard_ = true;
    auto message = std::get<wire::Decoded>(std::move(decoded.value)).message;
    if (std::holds_alternative<wire::LaunchStopping>(message)) stopping_ = true;
    messages.push_back(std::move(message));
  }
  return messages;
}

void ServerLink::send_due(const std::vector<wire::LaunchEnded>& ended, const KnownAttempts& known) {
  // First: what has ended is told from what may be asked for again by these lists.
  if (capacity_ > 0 && clock_.now() >= next_hello_) say_hello(known);
  const bool repeat = clock_.now() >= next_repeat_;
  if (repeat) next_repeat_ = clock_.now() + repeat_every;
  if (repeat && stop_reason_ && !stopping_) send(wire::LaunchStop{.reason = *stop_reason_});
  for (const auto& end : ended) {
    if (!said_.emplace(end.sim, end.attempt).second && !repeat) continue;
    WEIR_FAILPOINT("launcher.before_end_said");
    send(end);
    WEIR_FAILPOINT("launcher.after_end_said");
  }
}

void ServerLink::say_hello(const KnownAttempts& known) {
  next_hello_ = clock_.now() + (heard_ ? keep_alive : repeat_every);
  WEIR_FAILPOINT("launcher.before_hello");
  send(wire::LaunchHello{.study = study_,
                         .capacity = capacity_,
                         .sims = known.sims,
                         .attempts = known.attempts,
                         .alive = known.alive});
  WEIR_FAILPOINT("launcher.after_hello");
}

void ServerLink::stop(const std::string& reason) {
  stop_reason_ = reason;
  next_repeat_ = clock_.now();
}

void ServerLink::send(const wire::Message& message) {
  channel_->send(/*server_rank=*/0,
                 wire::frame_of(message));
}

}  // namespace weir
