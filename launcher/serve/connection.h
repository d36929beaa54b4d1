#pragma once
// One connection of a browser, without its socket: bytes and the time in, bytes out, when to close.

#include <cstddef>
#include <string>
#include <string_view>

#include "launcher/serve/http.h"
#include "src/core/clock.h"

namespace weir::http {

/// How long a peer may take, whatever it does meanwhile.
struct Patience {
  Duration request = std::chrono::seconds(5);    ///< from the connection to the head's last byte
  Duration response = std::chrono::seconds(60);  ///< to take it, once it is made
  Duration goodbye = std::chrono::seconds(2);    ///< to close its side, once it has all
};

/// Used by one thread.
class Connection {
 public:
  /// closing: all is sent; what the peer still says is passed over, for a connection that is closed
  /// over unread bytes may lose what it sent last.
  enum class Phase { reading, writing, closing, over };

  Connection(Time now, const Patience& patience)
      : patience_(patience), deadline_(now + patience.request) {}

  /// Bytes of the peer; `answer` is called once, with a good request.
  void received(std::string_view bytes, const Handler& answer, const Clock& clock);
  /// The peer says no more, or the socket is broken.
  void peer_closed() { phase_ = phase_ == Phase::writing ? phase_ : Phase::over; }
  void broken() { phase_ = Phase::over; }

  /// The next bytes to be sent; empty but in phase `writing`. Good until the next call.
  std::string_view to_send() const;
  /// So many of them are on their way.
  void sent(std::size_t count, Time now);

  /// Ends the connection when its peer took too long.
  void check(Time now) {
    if (now >= deadline_) phase_ = Phase::over;
  }
  Phase phase() const { return phase_; }
  Time deadline() const { return deadline_; }
  /// Whether it was given what not everybody is given.
  bool trusted() const { return trusted_; }

 private:
  void respond(const Response& response, Time now);

  Patience patience_;
  Time deadline_;
  Phase phase_ = Phase::reading;
  bool trusted_ = false;
  RequestReader reader_;
  std::string head_;
  std::shared_ptr<const std::string> body_;
  std::size_t sent_ = 0;  ///< of both
};

}  // namespace weir::http
