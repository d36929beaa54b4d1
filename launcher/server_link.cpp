#include "launcher/server_link.h"

namespace weir {
namespace {

constexpr Duration repeat_every = std::chrono::seconds(1);

}  // namespace

ServerLink::ServerLink(std::unique_ptr<wire::ClientChannel> channel, std::uint64_t study,
                       std::size_t capacity, const Clock& clock)
    : channel_(std::move(channel)),
      study_(study),
      capacity_(capacity),
      clock_(clock),
      next_repeat_(clock.now()) {}

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

void ServerLink::send_due(const std::vector<wire::LaunchEnded>& ended) {
  const bool repeat = clock_.now() >= next_repeat_;
  if (repeat) {
    next_repeat_ = clock_.now() + repeat_every;
    if (!heard_ && capacity_ > 0) send(wire::LaunchHello{.study = study_, .capacity = capacity_});
    if (stop_reason_ && !stopping_) send(wire::LaunchStop{.reason = *stop_reason_});
  }
  for (const auto& end : ended)
    if (said_.emplace(end.sim, end.attempt).second || repeat) send(end);
}

void ServerLink::stop(const std::string& reason) {
  stop_reason_ = reason;
  next_repeat_ = clock_.now();
}

void ServerLink::send(const wire::Message& message) {
  channel_->send(/*server_rank=*/0,
                 std::make_shared<std::vector<std::byte>>(wire::encode(message)));
}

}  // namespace weir
