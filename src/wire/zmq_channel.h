#pragma once
// Channels over ZeroMQ: DEALER sockets to ROUTER sockets, ipc:// or tcp://.

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "src/wire/channel.h"
#include "src/wire/handshake_guard.h"
#include "src/wire/keys.h"
#include "src/wire/shared_arena.h"
#include "src/wire/zap.h"

namespace weir::wire {

/// Bytes of the largest frame that a peer may send; ZeroMQ cuts off a peer that sends a larger one.
inline constexpr std::size_t max_frame_bytes = header_size + max_box_bytes + max_chunk_bytes;

/// CURVE on the server's side: who it is, and who may connect.
struct ServerSecurity {
  CurveKey key;
  AllowList clients;
};

struct ListenSettings {
  std::string address;  ///< "ipc:///path" or "tcp://address:*"
  std::size_t max_bytes = max_frame_bytes;
  std::optional<ServerSecurity> security{};  ///< nothing: whoever reaches the address may send
  HandshakeLimits limits{};                  ///< tcp
  Duration sweep_every = std::chrono::seconds(5);  ///< ipc: looks at which clients have ended
};

/// Binds a ROUTER socket; endpoint() gives the bound address. Over tcp a thread, weir-zap, guards
/// it. Error{environment}: the address cannot be bound, or the path of an ipc socket is too long
/// (107 bytes on Linux).
std::unique_ptr<ServerChannel> bind_zmq_channel(const ListenSettings& settings);
std::unique_ptr<ServerChannel> bind_zmq_channel(const std::string& address,
                                                std::size_t max_bytes = max_frame_bytes);

/// CURVE on the client's side: who it is, and who the server has to be.
struct ClientSecurity {
  CurveKey key;
  std::string server_key;  ///< public
};

struct ConnectSettings {
  std::vector<std::string> endpoints;  ///< one a server rank, in rank order
  std::size_t max_bytes = max_frame_bytes;
  std::optional<ClientSecurity> security{};  ///< must be what the server has
  /// Frames in it are not sent to a server on this machine (ipc) that can read them where they lie:
  /// their owner keeps them until what they carry was accepted. Null: all are sent.
  std::shared_ptr<const SharedArena> arena{};
};

/// Connects a DEALER socket to each endpoint. ZeroMQ reconnects by itself; nobody need listen yet.
/// Destruction drops what was not sent. Error{environment}: an endpoint that is none.
std::unique_ptr<ClientChannel> connect_zmq_channel(const ConnectSettings& settings);
std::unique_ptr<ClientChannel> connect_zmq_channel(const std::vector<std::string>& endpoints,
                                                   std::size_t max_bytes = max_frame_bytes);

/// An ipc address for `rank` inside `folder`; in a new private folder (0700) of the system's
/// temporary one when the path would be too long for a socket. The channel bound there removes such
/// a folder with itself. Error{environment}: that folder cannot be made.
std::string ipc_address(const std::filesystem::path& folder, std::size_t rank);

}  // namespace weir::wire
