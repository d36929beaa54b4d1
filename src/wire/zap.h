#pragma once
// ZAP (ZeroMQ's RFC 27): the question that libzmq asks about each connection, and weir's answer.

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace weir::wire {

/// Public keys in Z85 that may connect.
using AllowList = std::set<std::string>;

struct ZapAnswer {
  bool allowed = false;
  std::vector<std::string> frames;  ///< to send; empty: the question was none, send nothing
};

/// `frames`: version, request id, domain, address, identity, mechanism, credentials. Allows CURVE
/// with a key of the list and nothing else; without a list, who shows no key.
ZapAnswer answer_zap(const std::vector<std::string>& frames,
                     const std::optional<AllowList>& allowed);

}  // namespace weir::wire
