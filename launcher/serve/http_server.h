#pragma once
// The sockets of a server of one page: whoever comes is heard, and nobody can hold it up.

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>

#include "launcher/serve/connection.h"
#include "launcher/serve/listen_address.h"
#include "src/core/clock.h"

namespace weir::http {

/// A descriptor that is closed with it.
class Socket {
 public:
  explicit Socket(int number) : number_(number) {}
  ~Socket();
  Socket(Socket&& other) noexcept : number_(other.number_) { other.number_ = -1; }
  Socket& operator=(Socket&&) = delete;
  int operator*() const { return number_; }

 private:
  int number_;
};

/// Used by one thread, which calls turn() over and over: nothing happens between two calls. SIGPIPE
/// needs no handler.
class HttpServer {
 public:
  static constexpr std::size_t most_connections = 32;

  /// Listens when it returns. Error{environment}: the port is taken, or the address is none of this
  /// machine.
  HttpServer(const ListenAddress& address, const Clock& clock, const Patience& patience = {});

  /// The one that was given, or found.
  std::uint16_t port() const { return port_; }
  std::size_t connections() const { return peers_.size(); }

  /// Serves who is there, and waits at most so long for somebody; `answer` makes responses. The
  /// 33rd connection ends the oldest, of those that have shown no good address while there are any.
  void turn(Duration most, const Handler& answer);

 private:
  struct Peer {
    Socket socket;
    Connection connection;
  };

  void accept_all(Time now);
  void make_room();
  void read(Peer& peer, const Handler& answer);
  void write(Peer& peer);

  const Clock& clock_;
  const Patience patience_;
  Socket listener_;
  std::uint16_t port_ = 0;
  Time accept_again_{};    ///< after the system refused a connection, for want of descriptors
  std::list<Peer> peers_;  ///< in the order in which they came
};

}  // namespace weir::http
