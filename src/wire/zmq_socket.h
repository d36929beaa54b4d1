#pragma once
// What both ZeroMQ channels are made of: a context with its sockets, frames sent without a copy,
// and a wait that another thread can end.

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <zmq.hpp>

#include "src/core/clock.h"
#include "src/wire/channel.h"

namespace weir::wire {

/// A counter in the kernel that poll() can wait for. set() is thread-safe.
class WakeEvent {
 public:
  WakeEvent();  ///< Error{environment}: no file descriptor left
  ~WakeEvent();
  WakeEvent(const WakeEvent&) = delete;
  WakeEvent& operator=(const WakeEvent&) = delete;

  void set() noexcept;
  void clear() noexcept;
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

/// A timer in the kernel that poll() can wait for. set() is thread-safe.
class WakeTimer {
 public:
  WakeTimer();  ///< Error{environment}: no file descriptor left
  ~WakeTimer();
  WakeTimer(const WakeTimer&) = delete;
  WakeTimer& operator=(const WakeTimer&) = delete;

  /// Ready after that time, or earlier when an earlier call says so.
  void set(Duration delay) noexcept;
  void clear() noexcept;
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
  std::mutex mutex_;
  Time due_ = Time::max();
};

/// Adds the options that every socket of weir has: no lingering, no limit in messages (credit
/// limits bytes), a limit to what a peer may send, keep-alive and quick reconnection.
void set_socket_options(zmq::socket_t& socket, std::size_t max_bytes);

/// Adds those of a socket that talks to other machines: heartbeats, so that a connection whose
/// other end vanished without a word ends within a minute, and a limit to the time of a handshake.
void set_tcp_options(zmq::socket_t& socket, const std::string& address);

/// What a socket's monitor tells: ZMQ_EVENT_… and the number that comes with it.
struct SocketEvent {
  int event = 0, value = 0;
};
/// All that waits at the receiving end of a monitor.
std::vector<SocketEvent> take_events(zmq::socket_t& monitor);
/// Begins to monitor `watched`, whose owner calls this; the receiving end. `name`: unique in the
/// context. It has to be read on, or ZeroMQ's own thread waits. Throws zmq::error_t.
zmq::socket_t make_monitor(zmq::context_t& context, zmq::socket_t& watched, int events,
                           const std::string& name);

/// All parts of the message that waits at `socket`; empty: there is none.
std::vector<std::string> receive_parts(zmq::socket_t& socket);

/// Sends a frame as the last part of a message; a large one without a copy, holding a share of it
/// until it has gone. Never blocks. What cannot be sent is dropped.
void send_frame(zmq::socket_t& socket, const Frame& frame);

/// Waits until one of `items` is ready or `at_most` has passed, or a signal came.
void poll_for(std::vector<zmq::pollitem_t>& items, Duration at_most);

class ZmqReceived final : public Received {
 public:
  ZmqReceived(Peer peer, std::size_t rank, zmq::message_t message)
      : peer_(std::move(peer)), rank_(rank), message_(std::move(message)) {}
  Bytes bytes() const override {
    return {static_cast<const std::byte*>(message_.data()), message_.size()};
  }
  const Peer& peer() const override { return peer_; }
  std::size_t server_rank() const override { return rank_; }

 private:
  Peer peer_;
  std::size_t rank_;
  zmq::message_t message_;
};

}  // namespace weir::wire
