#include "launcher/serve/http_server.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "src/core/error.h"

namespace weir::http {
namespace {

using Phase = Connection::Phase;

constexpr Duration pause_of_accepting = std::chrono::milliseconds(200);

struct SystemAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

SystemAddress system_address(const ListenAddress& address) {
  SystemAddress made;
  if (address.v6) {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(address.port);
    inet_pton(AF_INET6, address.host.c_str(), &v6.sin6_addr);
    std::memcpy(&made.storage, &v6, made.size = sizeof v6);
  } else {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(address.port);
    inet_pton(AF_INET, address.host.c_str(), &v4.sin_addr);
    std::memcpy(&made.storage, &v4, made.size = sizeof v4);
  }
  return made;
}

[[noreturn]] void fail(const ListenAddress& address, int number) {
  std::string fix = "name another with --listen";
  if (number == EADDRINUSE)
    fix = "another program has this port; name another with --listen, or 0 for one that is free";
  if (number == EADDRNOTAVAIL)
    fix = "this machine has no such address; `ip address` says which it has";
  if (number == EACCES) fix = "ports below 1024 are the system's; name a higher one with --listen";
  throw Error(ErrorKind::environment, "the report cannot be served at " + address.host + ", port " +
                                          std::to_string(address.port) + " (" + strerror(number) +
                                          "): " + fix);
}

Socket listening(const ListenAddress& address) {
  Socket socket(
      ::socket(address.v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (*socket == -1) fail(address, errno);
  // Old connections of a server that has ended do not keep its port from the next one.
  const int yes = 1;
  setsockopt(*socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  auto place = system_address(address);
  if (bind(*socket, place.get(), place.size) == -1 || listen(*socket, SOMAXCONN) == -1)
    fail(address, errno);
  return socket;
}

std::uint16_t port_of(const Socket& socket) {
  SystemAddress place;
  place.size = sizeof place.storage;
  if (getsockname(*socket, place.get(), &place.size) == -1) return 0;
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (place.storage.ss_family == AF_INET6) {
    std::memcpy(&v6, &place.storage, sizeof v6);
    return ntohs(v6.sin6_port);
  }
  std::memcpy(&v4, &place.storage, sizeof v4);
  return ntohs(v4.sin_port);
}

int milliseconds(Duration time) {
  return static_cast<int>(
      std::max<std::int64_t>(std::chrono::ceil<std::chrono::milliseconds>(time).count(), 0));
}

bool would_block(int number) {
  return number == EAGAIN || number == EWOULDBLOCK || number == EINTR;
}

}  // namespace

Socket::~Socket() {
  if (number_ != -1) ::close(number_);
}

HttpServer::HttpServer(const ListenAddress& address, const Clock& clock, const Patience& patience)
    : clock_(clock),
      patience_(patience),
      listener_(listening(address)),
      port_(port_of(listener_)) {}

void HttpServer::turn(Duration most, const Handler& answer) {
  const Time began = clock_.now();
  Time until = began + most;
  std::vector<pollfd> waiting = {
      {.fd = began < accept_again_ ? -1 : *listener_, .events = POLLIN, .revents = 0}};
  for (const auto& peer : peers_) {
    const bool writes = peer.connection.phase() == Phase::writing;
    waiting.push_back({.fd = *peer.socket,
                       .events = static_cast<short>(writes ? POLLOUT : POLLIN),
                       .revents = 0});
    until = std::min(until, peer.connection.deadline());
  }
  if (poll(waiting.data(), waiting.size(), milliseconds(until - began)) == -1) return;
  // What comes while another's answer is made is heard before its deadline is looked at.
  const Time now = clock_.now();
  auto state = waiting.begin() + 1;
  for (auto& peer : peers_) {
    if (state->revents != 0) {
      if (peer.connection.phase() == Phase::writing)
        write(peer);
      else
        read(peer, answer);
    }
    ++state;
    peer.connection.check(now);
  }
  peers_.remove_if([](const Peer& peer) { return peer.connection.phase() == Phase::over; });
  if (waiting.front().revents != 0) accept_all(clock_.now());
}

void HttpServer::accept_all(Time now) {
  for (std::size_t k = 0; k < most_connections; ++k) {
    Socket socket(accept4(*listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (*socket == -1) {
      if (!would_block(errno) && errno != ECONNABORTED) accept_again_ = now + pause_of_accepting;
      return;
    }
    make_room();
    peers_.push_back({std::move(socket), Connection(now, patience_)});
  }
}

void HttpServer::make_room() {
  if (peers_.size() < most_connections) return;
  const auto stranger = std::find_if(peers_.begin(), peers_.end(),
                                     [](const Peer& peer) { return !peer.connection.trusted(); });
  peers_.erase(stranger != peers_.end() ? stranger : peers_.begin());
}

void HttpServer::read(Peer& peer, const Handler& answer) {
  char bytes[4096];
  const ssize_t count = recv(*peer.socket, bytes, sizeof bytes, 0);
  if (count > 0)
    peer.connection.received({bytes, static_cast<std::size_t>(count)}, answer, clock_);
  else if (count == 0)
    peer.connection.peer_closed();
  else if (!would_block(errno))
    peer.connection.broken();
  if (peer.connection.phase() == Phase::writing) write(peer);
}

void HttpServer::write(Peer& peer) {
  while (peer.connection.phase() == Phase::writing) {
    const auto bytes = peer.connection.to_send();
    const ssize_t count = send(*peer.socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count == -1) {
      if (!would_block(errno)) peer.connection.broken();
      return;
    }
    peer.connection.sent(static_cast<std::size_t>(count), clock_.now());
  }
  shutdown(*peer.socket, SHUT_WR);
}

}  // namespace weir::http
