#include "launcher/serve/listen_address.h"

#include <charconv>
#include <optional>

#include <arpa/inet.h>

#include "src/core/error.h"

namespace weir {
namespace {

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return {};
  return port;
}

/// The shortest way of writing it; empty: it is none.
std::string canonical(int family, const std::string& host) {
  in6_addr address;
  char text[INET6_ADDRSTRLEN];
  if (inet_pton(family, host.c_str(), &address) != 1) return {};
  return inet_ntop(family, &address, text, sizeof text);
}

[[noreturn]] void refuse(std::string_view text) {
  throw Error(ErrorKind::input,
              "--listen: '" + std::string(text) +
                  "' is no ADDRESS:PORT; give numbers of this machine's, as 127.0.0.1:8080, "
                  "[::1]:8080 or 0.0.0.0:8080 (0 is a port that is free), or the port alone");
}

}  // namespace

bool ListenAddress::is_loopback() const { return v6 ? host == "::1" : host.starts_with("127."); }

bool ListenAddress::is_any() const { return host == (v6 ? "::" : "0.0.0.0"); }

ListenAddress parse_listen_address(std::string_view text) {
  ListenAddress address;
  const auto colon = text.rfind(':');
  const auto port = port_of(colon == text.npos ? text : text.substr(colon + 1));
  if (!port) refuse(text);
  address.port = *port;
  if (colon == text.npos) return address;
  const auto host = text.substr(0, colon);
  address.v6 = host.starts_with('[') && host.ends_with(']');
  address.host = address.v6 ? host.substr(1, host.size() - 2) : host;
  if (address.host == "localhost" && !address.v6) address.host = "127.0.0.1";
  address.host = canonical(address.v6 ? AF_INET6 : AF_INET, address.host);
  if (address.host.empty()) refuse(text);
  return address;
}

}  // namespace weir
