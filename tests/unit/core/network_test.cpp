// Interfaces of this machine, by name and by address.

#include "src/core/network.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/core/error.h"

namespace weir {
namespace {

using ::testing::HasSubstr;

TEST(Network, HasALoopbackInterface) {
  const auto addresses = network_addresses();
  const bool loopback = std::any_of(addresses.begin(), addresses.end(), [](const auto& one) {
    return one.address == "127.0.0.1" && !one.v6;
  });
  EXPECT_TRUE(loopback);
}

TEST(Network, FindsAnInterfaceByItsNameAndPrefersIpv4) {
  const NetworkAddress found = find_network_address("lo");
  EXPECT_EQ(found.address, "127.0.0.1");
  EXPECT_FALSE(found.v6);
}

TEST(Network, FindsAnInterfaceByItsAddress) {
  EXPECT_EQ(find_network_address("127.0.0.1").interface, find_network_address("lo").interface);
}

TEST(Network, NamesTheInterfacesThereAreWhenNoneIsMeant) {
  for (const std::string wanted : {"", "0.0.0.0", "no-such-interface", "*"}) {
    try {
      find_network_address(wanted);
      ADD_FAILURE() << wanted << " is no interface";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      EXPECT_THAT(error.what(), HasSubstr("\"" + wanted + "\""));
      EXPECT_THAT(error.what(), HasSubstr("lo (127.0.0.1)"));
    }
  }
}

}  // namespace
}  // namespace weir
