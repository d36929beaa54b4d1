#include "src/wire/handshake_guard.h"

#include <cstddef>
#include <iterator>
#include <optional>

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "src/core/planted_bug.h"

namespace weir::wire {
namespace {

/// Bytes of ZMTP's greeting, which each side sends whatever the other says.
constexpr std::uint64_t greeting_bytes = 64;
/// Less than greeting, WELCOME and READY of CURVE: the server says READY only to a key it lets in.
constexpr std::uint64_t bytes_before_ready = 256;

struct Traffic {
  std::uint64_t received = 0, sent = 0;  ///< bytes, each counted once
};

/// Nothing where the system does not say.
std::optional<Traffic> traffic_of(int descriptor) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return std::nullopt;
  if (size < offsetof(tcp_info, tcpi_bytes_retrans) + sizeof info.tcpi_bytes_retrans)
    return std::nullopt;
  return Traffic{info.tcpi_bytes_received, info.tcpi_bytes_sent - info.tcpi_bytes_retrans};
}

/// 0: no socket of the internet protocols.
std::uint16_t local_port(int descriptor) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  if (address.ss_family == AF_INET)
    return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
  if (address.ss_family == AF_INET6)
    return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  return 0;
}

}  // namespace

void HandshakeGuard::listening(int descriptor) { port_ = local_port(descriptor); }

void HandshakeGuard::accepted(int descriptor) {
  closed(descriptor);  // an event that was missed must not count twice
  open_.insert(descriptor);
  if (open_.size() > limits_.connections) return shut(descriptor);
  handshakes_.push_back(descriptor);
}

void HandshakeGuard::closed(int descriptor) {
  if (open_.erase(descriptor) != 0) handshakes_.remove(descriptor);
}

HandshakeGuard::Progress HandshakeGuard::progress_of(int descriptor) const {
  const auto traffic = traffic_of(descriptor);
  if (!traffic) return Progress::through;
  if (!limits_.keys)
    return traffic->received > greeting_bytes ? Progress::through : Progress::waiting;
  if (traffic->sent > bytes_before_ready) return Progress::through;
  const bool too_much = traffic->received > limits_.bytes && !WEIR_BUG("handshake_bytes_unlimited");
  return too_much ? Progress::too_much : Progress::waiting;
}

void HandshakeGuard::check() {
  for (auto at = handshakes_.begin(); at != handshakes_.end();) {
    const Progress progress = progress_of(*at);
    if (progress == Progress::too_much) shut(*at);
    at = progress == Progress::waiting ? std::next(at) : handshakes_.erase(at);
  }
  while (handshakes_.size() > limits_.handshakes && !WEIR_BUG("handshakes_unlimited")) {
    shut(handshakes_.front());
    handshakes_.pop_front();
  }
}

void HandshakeGuard::shut(int descriptor) {
  if (port_ == 0 || local_port(descriptor) != port_) return;
  ++shut_down_;
  ::shutdown(descriptor, SHUT_RDWR);
}

}  // namespace weir::wire
