#include "launcher/doctor/ask_slurm.h"

#include <algorithm>

#include "src/core/error.h"

namespace weir {
namespace {

class Questions {
 public:
  Questions(const Case& subject, CommandRunner& commands, Findings& findings)
      : subject_(subject),
        plans_(job_plans(subject.study)),
        commands_(commands),
        findings_(findings) {}

  std::optional<Cluster> ask() {
    const auto partitions = output({"scontrol", "--oneliner", "show", "partition"}, "partitions");
    if (!partitions) return std::nullopt;
    Cluster cluster{.partitions = parse_partitions(*partitions), .nodes = nodes()};
    if (const auto text = output({"scontrol", "show", "config"}, "MPI and accounting"))
      cluster.settings = parse_settings(*text);
    cluster.mpi_kinds = mpi_kinds();
    cluster.reservations = reservations();
    cluster.associations = associations(cluster.settings);
    return cluster;
  }

 private:
  bool any(bool (*of)(const JobPlan&)) const {
    return std::any_of(plans_.begin(), plans_.end(), of);
  }

  CommandResult run(const std::vector<std::string>& command) {
    try {
      // The user's own taste in dates must not matter.
      return commands_.run(command, answer_within, {"SLURM_TIME_FORMAT"});
    } catch (const Error& error) {
      return {.exit_code = 127, .timed_out = false, .out = "", .err = error.what()};
    }
  }

  /// What the command prints; when it fails, what is not checked is a finding.
  std::optional<std::string> output(const std::vector<std::string>& command,
                                    const std::string& subject) {
    const auto result = run(command);
    if (result.ok()) return result.out;
    std::string line;
    for (const auto& word : command) line.append(line.empty() ? "" : " ").append(word);
    findings_.push_back(warning("not checked", subject + ": `" + line + "`: " + result.describe() +
                                                   "; try it by hand, or try a small study first"));
    return std::nullopt;
  }

  std::vector<NodeGroup> nodes() {
    const auto text =
        output({"sinfo", "--noheader", "--exact", std::string("--format=") + node_format}, "nodes");
    return parse_nodes(text.value_or(""));
  }

  /// Some versions write them to the standard error.
  std::vector<std::string> mpi_kinds() {
    if (!any([](const auto& plan) { return plan.start == Launch::srun; })) return {};
    const auto result = run({"srun", "--mpi=list"});
    return result.ok() ? parse_mpi_kinds(result.out + "\n" + result.err)
                       : std::vector<std::string>();
  }

  std::optional<std::vector<Reservation>> reservations() {
    if (!any([](const auto& plan) { return !plan.resources.reservation.empty(); })) return {};
    const auto text = output({"scontrol", "--oneliner", "show", "reservation"}, "reservations");
    return text ? std::optional(parse_reservations(*text)) : std::nullopt;
  }

  /// Of a Slurm that looks at accounts only, and where accounting answers.
  std::vector<Association> associations(const SlurmSettings& settings) {
    const auto user = subject_.machine().user();
    const bool wanted = any([](const auto& plan) {
      return !plan.resources.account.empty() || !plan.resources.qos.empty();
    });
    if (!wanted || !settings.accounts_enforced) return {};
    const auto result = run({"sacctmgr", "--noheader", "--parsable2", "show", "associations",
                             "user=" + user, "format=Account,QOS"});
    auto found = parse_associations(result.ok() ? result.out : "");
    if (found.empty())
      findings_.push_back(ok("not checked", "accounts: `sacctmgr show associations user=" + user +
                                                "` names none" +
                                                (result.ok() ? "" : ", " + result.describe())));
    return found;
  }

  const Case& subject_;
  const std::vector<JobPlan> plans_;
  CommandRunner& commands_;
  Findings& findings_;
};

}  // namespace

std::optional<Cluster> ask_slurm(const Case& subject, CommandRunner& commands, Findings& findings) {
  return Questions(subject, commands, findings).ask();
}

}  // namespace weir
