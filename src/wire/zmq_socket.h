#pragma once
// What both ZeroMQ channels are made of: a context with its sockets, frames sent without a copy,
// and a wait that another thread can end.

#include <chrono>
#include <memory>
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

/// Adds the options that every socket of weir has: no lingering, no limit in messages (credit
/// limits bytes), a limit to what a peer may send, keep-alive and quick reconnection.
void set_socket_options(zmq::socket_t& socket, std::size_t max_bytes);

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
