#pragma once
// Channels over ZeroMQ: DEALER sockets to ROUTER sockets, ipc:// or tcp://.

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "src/wire/channel.h"

namespace weir::wire {

/// Bytes of the largest frame that a peer may send; ZeroMQ cuts off a peer that sends a larger one.
inline constexpr std::size_t max_frame_bytes = header_size + max_chunk_bytes;

/// Binds a ROUTER socket. `address`: "ipc:///path" or "tcp://interface:*"; endpoint() gives the
/// bound one. Error{environment}: the address cannot be bound, or the path of an ipc socket is too
/// long (107 bytes on Linux).
std::unique_ptr<ServerChannel> bind_zmq_channel(const std::string& address,
                                                std::size_t max_bytes = max_frame_bytes);

/// Connects a DEALER socket to each endpoint, in rank order. ZeroMQ reconnects by itself; nobody
/// need listen yet. Destruction drops what was not sent. Error{environment}: an endpoint that is
/// none.
std::unique_ptr<ClientChannel> connect_zmq_channel(const std::vector<std::string>& endpoints,
                                                   std::size_t max_bytes = max_frame_bytes);

/// An ipc address for `rank` inside `folder`; in a new private folder (0700) of the system's
/// temporary one when the path would be too long for a socket. The channel bound there removes such
/// a folder with itself. Error{environment}: that folder cannot be made.
std::string ipc_address(const std::filesystem::path& folder, std::size_t rank);

}  // namespace weir::wire
