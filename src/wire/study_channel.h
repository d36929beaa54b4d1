#pragma once
// The channels of a study: which address, which keys; as its file and its directory say.

#include <memory>

#include "src/core/file_system.h"
#include "src/core/study_directory.h"
#include "src/wire/channel.h"
#include "src/wire/endpoint_file.h"
#include "src/wire/zmq_channel.h"

namespace weir::wire {

/// How a server rank is to listen.
struct StudyTransport {
  bool tcp = false;
  std::string interface;                    ///< tcp: name or address
  bool curve = true;                        ///< tcp
  std::size_t max_bytes = max_frame_bytes;  ///< of a frame that is received
};

/// Binds the channel of server rank `rank`. Over tcp with CURVE rank 0 makes the study's keys where
/// there are none, and the others wait up to a minute for them; rank 0 raises nothing else that
/// they would wait for. Error{input}: no such interface; Error{environment}: keys that others can
/// read, an address that cannot be bound.
std::unique_ptr<ServerChannel> listen_for_study(FileSystem& files, const StudyDirectory& directory,
                                                const StudyTransport& transport, std::size_t rank);

/// The public key that the endpoint file has to name; empty: connections are not secured.
/// Error{environment}: as read_key_file. After listen_for_study.
std::string public_server_key(FileSystem& files, const StudyDirectory& directory,
                              const StudyTransport& transport);

/// Connects to the server of a study, with the study's client key where the server wants one.
/// `arena`: as in ConnectSettings. Error{environment}: that key cannot be used, or an endpoint is
/// none.
std::unique_ptr<ClientChannel> connect_to_study(FileSystem& files, const StudyDirectory& directory,
                                                const EndpointFile& endpoint,
                                                std::shared_ptr<const SharedArena> arena = nullptr);

}  // namespace weir::wire
