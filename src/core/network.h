#pragma once
// The network interfaces of this machine.

#include <optional>
#include <string>
#include <vector>

namespace weir {

struct NetworkAddress {
  std::string interface;  ///< "eth0"
  std::string address;    ///< "192.0.2.7", "2001:db8::7"
  bool v6 = false;
};

/// Every address of an interface that is up, in the system's order; link-local ones are left out,
/// since they say nothing without their interface. Error{environment}: the system does not tell.
std::vector<NetworkAddress> network_addresses();

/// The one of `addresses` that `wanted`, the name of an interface or an address, means: an IPv4 one
/// where there is a choice.
std::optional<NetworkAddress> choose_network_address(const std::vector<NetworkAddress>& addresses,
                                                     const std::string& wanted);

/// The same of this machine's own. Error{input} with the interfaces of this machine: none is meant.
NetworkAddress find_network_address(const std::string& wanted);

}  // namespace weir
