#pragma once
// Transport under the protocol: whole frames between peers, no more promised than ZeroMQ promises.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "src/core/clock.h"
#include "src/wire/frame.h"
#include "src/wire/message.h"

namespace weir::wire {

/// Who a frame came from, within one ServerChannel; never reused for another connection's identity.
using Peer = std::string;

Frame frame_of(const Message& message);

/// Received bytes, valid while this lives. Movable.
class Received {
 public:
  virtual ~Received() = default;
  virtual Bytes bytes() const = 0;
  virtual const Peer& peer() const = 0;         ///< server side: who sent it
  virtual std::size_t server_rank() const = 0;  ///< client side: which rank sent it
};

/// A client's connections, one to each server rank. Used by one thread, but for waking it. A frame
/// sent may be lost (a reset, a kill): the sessions see to that.
class ClientChannel {
 public:
  virtual ~ClientChannel() = default;
  virtual void send(std::size_t server_rank, Frame frame) = 0;
  virtual std::unique_ptr<Received> try_receive() = 0;
  /// Waits until something can be received, wake() was called, or `at_most` has passed.
  virtual void wait(Duration at_most) = 0;
  virtual void wake() = 0;  ///< thread-safe
  /// Thread-safe: as wake() once so much time has passed; of several calls the earliest counts.
  virtual void wake_within(Duration delay) = 0;
  /// Why the latest attempt to connect to this rank failed, as far as the transport knows; empty:
  /// it did not, or nothing is known.
  virtual std::string trouble(std::size_t /*server_rank*/) { return {}; }
};

/// The receiving end of a server rank. Used by one thread.
class ServerChannel {
 public:
  virtual ~ServerChannel() = default;
  virtual void send(const Peer& peer, Frame frame) = 0;  ///< to a peer that is gone: dropped
  virtual std::unique_ptr<Received> try_receive() = 0;
  /// Waits until something can be received, wake() was called, or `at_most` has passed.
  virtual void wait(Duration at_most) = 0;
  virtual void wake() = 0;                   ///< thread-safe
  virtual std::string endpoint() const = 0;  ///< what clients connect to
  /// Thread-safe: connections turned away so far, by their key or over a limit.
  virtual std::uint64_t turned_away() const { return 0; }
};

}  // namespace weir::wire
