#pragma once
// The launcher's conversation with server rank 0: what is said again until it is answered.

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "src/core/clock.h"
#include "src/wire/channel.h"
#include "src/wire/message.h"

namespace weir {

/// What the launcher knows of the attempts, for the server: the lists of LaunchHello.
struct KnownAttempts {
  std::vector<std::uint64_t> sims, attempts;
  std::vector<std::uint8_t> alive;
};

/// A frame may be lost, so each message that needs an answer is repeated every second until it
/// came. LaunchHello goes on every 2 s after it was answered, with the full lists: the server knows
/// by it that a launcher lives. Used by one thread.
class ServerLink {
 public:
  /// `study`: its id, from the endpoint file. `capacity`: simulations that run at a time; 0: only
  /// stop() is wanted.
  ServerLink(std::unique_ptr<wire::ClientChannel> channel, std::uint64_t study,
             std::size_t capacity, const Clock& clock);

  /// What came since the last call, whole and well-formed messages only.
  std::vector<wire::Message> receive();
  /// Sends what is due: LaunchHello with `known`, LaunchStop until LaunchStopping, each of `ended`
  /// until it is not in the list any more.
  void send_due(const std::vector<wire::LaunchEnded>& ended, const KnownAttempts& known);

  /// From now on the server is asked to stop.
  void stop(const std::string& reason);
  bool stopping() const { return stopping_; }  ///< LaunchStopping came
  bool heard() const { return heard_; }        ///< the server said anything

  /// Until something came, or `at_most` has passed.
  void wait(Duration at_most) { channel_->wait(at_most); }

 private:
  void send(const wire::Message& message);
  void say_hello(const KnownAttempts& known);

  std::unique_ptr<wire::ClientChannel> channel_;
  const std::uint64_t study_;
  const std::size_t capacity_;
  const Clock& clock_;
  std::optional<std::string> stop_reason_;
  bool heard_ = false, stopping_ = false;
  Time next_repeat_, next_hello_;
  std::set<std::pair<std::uint64_t, std::uint64_t>> said_;  ///< ends sent at least once
};

}  // namespace weir
