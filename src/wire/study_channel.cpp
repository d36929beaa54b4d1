#include "src/wire/study_channel.h"

#include <chrono>
#include <string>
#include <utility>

#include "src/core/file_limit.h"
#include "src/core/network.h"

namespace weir::wire {
namespace {

constexpr Duration key_wait = std::chrono::seconds(60);

/// Half of what the process may open: the rest is for files, and for what ranks say to each other.
HandshakeLimits limits_for(std::size_t files) {
  HandshakeLimits limits;
  limits.connections = files / 2;
  return limits;
}

ServerSecurity study_keys(FileSystem& files, const StudyDirectory& directory, bool make) {
  const auto key = [&](const Path& path) {
    return make ? read_or_make_key(files, path) : await_key_file(files, path, key_wait);
  };
  return {key(directory.server_key()), {key(directory.client_key()).public_key}};
}

std::string tcp_address(const std::string& interface) {
  const NetworkAddress found = find_network_address(interface);
  return "tcp://" + (found.v6 ? "[" + found.address + "]" : found.address) + ":*";
}

}  // namespace

std::unique_ptr<ServerChannel> listen_for_study(FileSystem& files, const StudyDirectory& directory,
                                                const StudyTransport& transport, std::size_t rank) {
  if (!transport.tcp)
    return bind_zmq_channel(ipc_address(directory.run(), rank), transport.max_bytes);
  ListenSettings settings;
  settings.address = tcp_address(transport.interface);
  settings.max_bytes = transport.max_bytes;
  if (transport.curve) settings.security = study_keys(files, directory, /*make=*/rank == 0);
  settings.limits = limits_for(raise_file_limit());
  return bind_zmq_channel(settings);
}

std::string public_server_key(FileSystem& files, const StudyDirectory& directory,
                              const StudyTransport& transport) {
  if (!transport.tcp || !transport.curve) return {};
  return read_key_file(files, directory.server_key()).public_key;
}

std::unique_ptr<ClientChannel> connect_to_study(FileSystem& files, const StudyDirectory& directory,
                                                const EndpointFile& endpoint,
                                                std::shared_ptr<const SharedArena> arena) {
  ConnectSettings settings;
  settings.endpoints = endpoint.endpoints;
  settings.arena = std::move(arena);
  if (!endpoint.server_key.empty()) {
    settings.security =
        ClientSecurity{read_key_file(files, directory.client_key()), endpoint.server_key};
  }
  return connect_zmq_channel(settings);
}

}  // namespace weir::wire
