#pragma once
// Where the page is served: an address of this machine and a port.

#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

struct ListenAddress {
  std::string host = "127.0.0.1";  ///< numbers, IPv4 or IPv6
  bool v6 = false;
  std::uint16_t port = 0;  ///< 0: one that is free

  /// Whether nobody can come from another machine.
  bool is_loopback() const;
  /// Whether it stands for all addresses of this machine.
  bool is_any() const;
};

/// "127.0.0.1:8080", "[::1]:8080", "0.0.0.0:0", "localhost:8080", or a port alone, which is one of
/// 127.0.0.1. Error{input}: it is none of these.
ListenAddress parse_listen_address(std::string_view text);

}  // namespace weir
