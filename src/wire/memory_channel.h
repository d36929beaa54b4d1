#pragma once
// A network in memory, with a clock that a test moves and faults drawn from a seed: the same seed,
// the same run.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "src/core/clock.h"
#include "src/wire/channel.h"

namespace weir::wire {

/// What may happen to a frame. Probabilities are per frame sent.
struct MemoryFaults {
  Duration shortest_delay{0},
      longest_delay{0};  ///< uniform between; frames of a connection keep their order
  double duplicate = 0;  ///< it arrives twice
  double drop = 0;       ///< it is lost, and all after it on its connection, until that is reset
  Duration longest_silence{0};  ///< after which such a connection is reset; uniform from 0
  double cut = 0;               ///< its connection is reset just after: see MemoryNetwork::cut
};

/// Joins server and client channels of one thread; wait() moves the clock instead of waiting. A
/// connection keeps the order of its frames, several connections do not keep theirs among each
/// other. Channels may outlive the network object.
class MemoryNetwork {
 public:
  MemoryNetwork(ManualClock& clock, std::uint64_t seed, MemoryFaults faults = {});

  /// The channel of the next server rank. When it is destroyed its connections are reset, and what
  /// is sent to it afterwards is lost.
  std::unique_ptr<ServerChannel> bind();
  /// A client of all ranks, those included that bind() makes later.
  std::unique_ptr<ClientChannel> connect();
  /// A client whose server ranks are those of these endpoints, in this order.
  /// Error{input}: one is no ServerChannel::endpoint() of a memory network.
  std::unique_ptr<ClientChannel> connect(const std::vector<std::string>& endpoints);

  /// Resets every connection: what is under way to a client is lost, of what is under way to a
  /// server all after a random frame; and the servers see new peers afterwards, as they would over
  /// ZeroMQ.
  void cut();
  /// From now on no faults, but delays.
  void calm();

 private:
  struct State;
  class MemoryServer;
  class MemoryClient;
  std::shared_ptr<State> state_;
};

}  // namespace weir::wire
