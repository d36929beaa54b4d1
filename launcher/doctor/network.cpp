// Whether solvers will reach the server, and at which address.

#include <algorithm>

#include "launcher/doctor/case.h"
#include "src/core/planted_bug.h"

namespace weir {
namespace {

constexpr const char* kind_key = "server.transport.kind";
constexpr const char* interface_key = "server.transport.interface";

bool is_loopback(const NetworkAddress& address) {
  return address.interface == "lo" || address.address.starts_with("127.") ||
         address.address == "::1";
}

std::vector<std::string> texts_of(const std::vector<NetworkAddress>& addresses, bool reachable) {
  std::vector<std::string> texts;
  for (const auto& one : addresses)
    if (!reachable || !is_loopback(one)) texts.push_back(one.interface + " (" + one.address + ")");
  return texts;
}

Finding check_ipc(const Case& subject, const std::vector<NetworkAddress>& addresses) {
  const bool one_node = subject.machine().environment("SLURM_JOB_NUM_NODES") == "1" &&
                        subject.study.launcher.scheduler == SchedulerKind::slurm_steps;
  if (!subject.elsewhere() || one_node)
    return ok("network", "ipc: sockets in the study directory, all jobs run on one machine");
  return of_several_machines(
      subject,
      wrong_study(kind_key,
                  "is \"ipc\", which ends at the machine's border, but the batch system may run "
                  "server and solvers on different nodes; set it to \"tcp\", and " +
                      std::string(interface_key) + " to the interface that nodes share; here are " +
                      listed(texts_of(addresses, /*reachable=*/true))));
}

Finding check_interface(const Case& subject, const std::vector<NetworkAddress>& addresses) {
  const auto& wanted = subject.study.server.transport.interface;
  const auto found = choose_network_address(addresses, wanted);
  if (!found && subject.elsewhere())
    return warning(interface_key, "is \"" + wanted +
                                      "\", which is not here; it has to be one of the node that "
                                      "runs the server. Here are " +
                                      listed(texts_of(addresses, /*reachable=*/true)));
  if (!found)
    return wrong_study(interface_key,
                       "is \"" + wanted +
                           "\", which is no network interface of this machine and none of its "
                           "addresses; it has " +
                           listed(texts_of(addresses, /*reachable=*/false)));
  if (is_loopback(*found) && subject.elsewhere() && !WEIR_BUG("loopback_accepted"))
    return of_several_machines(
        subject,
        wrong_study(interface_key,
                    "is \"" + wanted +
                        "\", the loopback, which no other node reaches; name one that the nodes "
                        "share: " +
                        listed(texts_of(addresses, /*reachable=*/true))));
  return ok("network", "tcp at " + found->interface + ", here " + found->address + " (" +
                           interface_key + ", IPv4 first)");
}

Finding check_security(const TransportSettings& transport) {
  if (transport.security == Security::curve) return ok("security", "curve, keys of this study");
  return warning("security",
                 "\"none\": whoever reaches the port may send samples; leave "
                 "server.transport.security out to have keys");
}

}  // namespace

void examine_network(const Case& subject, Findings& findings) {
  const auto& transport = subject.study.server.transport;
  const auto addresses = subject.machine().addresses();
  if (!subject.runs_simulations()) return;
  if (transport.kind == TransportKind::ipc)
    return findings.push_back(check_ipc(subject, addresses));
  findings.push_back(check_interface(subject, addresses));
  findings.push_back(check_security(transport));
}

}  // namespace weir
