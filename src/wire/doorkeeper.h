#pragma once
// The thread weir-zap of a server channel: says which keys may connect, and ends connections that
// do not come to showing one.

#include <atomic>
#include <cstdint>
#include <optional>
#include <thread>
#include <vector>

#include <zmq.hpp>

#include "src/wire/handshake_guard.h"
#include "src/wire/zap.h"
#include "src/wire/zmq_socket.h"

namespace weir::wire {

/// Made before the guarded TCP socket is bound, and destroyed after it was closed: without its
/// handler a socket would let everybody in. Should the thread fail, nobody new gets in.
class Doorkeeper {
 public:
  /// `allowed`: nothing: no keys are asked for. Takes the context's one ZAP address. Made by the
  /// thread that owns `guarded`. Error{environment}: no descriptors or memory left.
  Doorkeeper(zmq::context_t& context, zmq::socket_t& guarded, std::optional<AllowList> allowed,
             HandshakeLimits limits);
  ~Doorkeeper();
  Doorkeeper(const Doorkeeper&) = delete;
  Doorkeeper& operator=(const Doorkeeper&) = delete;

  /// The owner of the guarded socket calls it before closing that.
  void stop_watching(zmq::socket_t& guarded);

  std::uint64_t refused() const { return refused_; }      ///< thread-safe: handshakes, by their key
  std::uint64_t shut_down() const { return shut_down_; }  ///< thread-safe: connections over a limit

 private:
  void run();
  void answer();
  void hear_events();

  WakeEvent stop_;
  const std::optional<AllowList> allowed_;
  zmq::socket_t questions_;  ///< the thread's
  zmq::socket_t events_;     ///< the thread's
  HandshakeGuard guard_;     ///< the thread's
  std::atomic<bool> stopped_ = false;
  std::atomic<std::uint64_t> refused_ = 0, shut_down_ = 0;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace weir::wire
