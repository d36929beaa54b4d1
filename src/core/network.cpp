#include "src/core/network.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <unistd.h>

#include "src/core/error.h"

namespace weir {
namespace {

/// Empty: neither IPv4 nor IPv6, or link-local.
std::string text_of(const sockaddr& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.sa_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    return inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
  }
  if (address.sa_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    if (IN6_IS_ADDR_LINKLOCAL(&v6.sin6_addr)) return {};
    return inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
  }
  return {};
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "this machine";
}

std::string listed(const std::vector<NetworkAddress>& addresses) {
  std::string text;
  for (const auto& one : addresses) {
    text += (text.empty() ? "" : ", ") + one.interface + " (" + one.address + ")";
  }
  return text.empty() ? "none" : text;
}

}  // namespace

std::vector<NetworkAddress> network_addresses() {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) {
    throw Error(ErrorKind::environment,
                std::string("cannot list the network interfaces: ") + std::strerror(errno));
  }
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(list, ::freeifaddrs);
  std::vector<NetworkAddress> addresses;
  for (const ifaddrs* at = list; at != nullptr; at = at->ifa_next) {
    if (at->ifa_addr == nullptr || (at->ifa_flags & IFF_UP) == 0) continue;
    const std::string address = text_of(*at->ifa_addr);
    if (address.empty()) continue;
    addresses.push_back({at->ifa_name, address, at->ifa_addr->sa_family == AF_INET6});
  }
  return addresses;
}

std::optional<NetworkAddress> choose_network_address(const std::vector<NetworkAddress>& addresses,
                                                     const std::string& wanted) {
  const auto meant = [&](const NetworkAddress& one) {
    return !wanted.empty() && (one.interface == wanted || one.address == wanted);
  };
  const auto found = std::find_if(addresses.begin(), addresses.end(),
                                  [&](const auto& one) { return meant(one) && !one.v6; });
  if (found != addresses.end()) return *found;
  const auto other = std::find_if(addresses.begin(), addresses.end(), meant);
  return other == addresses.end() ? std::nullopt : std::optional(*other);
}

NetworkAddress find_network_address(const std::string& wanted) {
  const auto addresses = network_addresses();
  if (const auto found = choose_network_address(addresses, wanted)) return *found;
  throw Error(ErrorKind::input, "/server/transport/interface is \"" + wanted +
                                    "\", which is no network interface of " + host_name() +
                                    " and none of its addresses; it has " + listed(addresses));
}

}  // namespace weir
