#pragma once
// Bounds what TCP peers can take before they have shown a key: how many they are, and how much they
// send.

#include <cstddef>
#include <cstdint>
#include <list>
#include <set>

namespace weir::wire {

struct HandshakeLimits {
  std::size_t handshakes = 64;       ///< connections that may be in their handshake
  std::size_t connections = 100000;  ///< connections altogether
  std::uint64_t bytes = 16 << 10;    ///< that a peer may send before it has shown a key
  bool keys = false;                 ///< whether peers have to show one
};

/// Watches the sockets that ZeroMQ has accepted, by their descriptors, which stay ZeroMQ's: a
/// connection over a limit is shut down, and ZeroMQ closes it. When there are too many handshakes
/// the oldest goes: an honest one takes milliseconds, so that silent peers cannot keep others out.
/// Where no keys are asked for, a peer is through once it has answered the greeting. Where the
/// system does not count a connection's bytes (Linux before 4.19), nothing is shut down but by the
/// number of connections. Used by one thread.
class HandshakeGuard {
 public:
  explicit HandshakeGuard(HandshakeLimits limits) : limits_(limits) {}

  /// The listener, from which the guard learns its port: a descriptor that is no longer a socket of
  /// this port is left alone.
  void listening(int descriptor);
  void accepted(int descriptor);
  void closed(int descriptor);
  /// Looks at the connections that are in their handshake; call it every few milliseconds while
  /// there are some.
  void check();

  bool idle() const { return handshakes_.empty(); }
  std::uint64_t shut_down() const { return shut_down_; }  ///< connections so far

 private:
  enum class Progress { waiting, through, too_much };
  Progress progress_of(int descriptor) const;
  void shut(int descriptor);

  const HandshakeLimits limits_;
  std::uint16_t port_ = 0;
  std::set<int> open_;
  std::list<int> handshakes_;  ///< oldest first
  std::uint64_t shut_down_ = 0;
};

}  // namespace weir::wire
