#include "launcher/doctor/partition_fit.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>

#include "src/core/planted_bug.h"

namespace weir {
namespace {

bool contains(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

std::string time_text(double seconds) {
  const auto minutes = static_cast<unsigned long long>(seconds / 60);
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%llu:%02llu h", minutes / 60, minutes % 60);
  return text.data();
}

bool is_up(const NodeGroup& group) {
  constexpr std::array bad = {"down", "drain", "fail", "maint"};
  return std::none_of(bad.begin(), bad.end(),
                      [&](const char* word) { return group.state.find(word) == 0; });
}

/// "gpu:a100:2,nvme": each kind, and how many.
std::vector<std::pair<std::string, std::size_t>> wanted_gres(const std::string& accelerators) {
  std::vector<std::pair<std::string, std::size_t>> wanted;
  for (const auto& part : split(accelerators, ',')) {
    const auto colon = part.rfind(':');
    const bool counted = colon != std::string::npos && colon + 1 < part.size() &&
                         part.find_first_not_of("0123456789", colon + 1) == std::string::npos;
    const auto name = counted ? part.substr(0, colon) : part;
    wanted.emplace_back(name, counted ? std::stoul(part.substr(colon + 1).substr(0, 9)) : 1);
  }
  return wanted;
}

bool has_gres(const NodeGroup& group, const std::string& accelerators) {
  for (const auto& [name, count] : wanted_gres(accelerators))
    if (count_of_gres(group.gres, name) < count) return false;
  return true;
}

/// A constraint of one word; those with operators are Slurm's affair.
bool has_feature(const NodeGroup& group, const std::string& constraint) {
  const bool simple = constraint.find_first_of("&|[]()*,!") == std::string::npos;
  return !simple || constraint.empty() || contains(group.features, constraint);
}

class Fit {
 public:
  Fit(const JobPlan& plan, const Partition& partition, const std::vector<NodeGroup>& nodes)
      : plan_(plan), partition_(partition), nodes_known_(!nodes.empty()) {
    for (const auto& group : nodes)
      if (group.partition == partition.name) nodes_.push_back(group);
  }

  Findings misfits() {
    check_state();
    check_time();
    check_names("account", plan_.resources.account, partition_.accounts,
                partition_.denied_accounts);
    check_names("qos", plan_.resources.qos, partition_.qos, partition_.denied_qos);
    check_size();
    if (nodes_known_) check_nodes();
    return std::move(findings_);
  }

 private:
  void refuse(const std::string& key, const std::string& text) {
    findings_.push_back(wrong_study(std::string(plan_.key) + "." + key, text));
  }
  std::string here() const { return "partition " + quoted(partition_.name); }

  void check_state() {
    if (partition_.state == "UP" || partition_.state.empty()) return;
    findings_.push_back(wrong_environment(
        std::string(plan_.key) + ".partition",
        here() + " is " + partition_.state + "; name another one, or wait until it is up"));
  }

  void check_time() {
    const double wanted = plan_.resources.time_limit;
    if (!partition_.max_time || wanted <= *partition_.max_time ||
        WEIR_BUG("partition_limit_ignored"))
      return;
    refuse("time_limit", "is " + time_text(wanted) + ", but " + here() + " allows " +
                             time_text(*partition_.max_time) +
                             "; lower it, the study goes on in the next job, or name another "
                             "partition");
  }

  void check_names(const char* key, const std::string& name,
                   const std::vector<std::string>& allowed,
                   const std::vector<std::string>& denied) {
    if (name.empty()) return;
    if (!allowed.empty() && !contains(allowed, name))
      refuse(key, "is " + quoted(name) + ", but " + here() + " is open to " + listed(allowed) +
                      " only; name one of these, or another partition");
    if (contains(denied, name))
      refuse(key, "is " + quoted(name) + ", which " + here() + " refuses; name another " + key);
  }

  void check_size() {
    const auto wanted = plan_.resources.nodes;
    if (!partition_.max_nodes || wanted <= *partition_.max_nodes) return;
    refuse("nodes", "is " + std::to_string(wanted) + ", but a job in " + here() +
                        " may have at most " + std::to_string(*partition_.max_nodes) +
                        "; lower it");
  }

  using Suits = std::function<bool(const NodeGroup&)>;

  /// Whether enough nodes suit; those that do not are left out from now on.
  bool keep(const Suits& suits) {
    std::erase_if(nodes_, [&](const auto& group) { return !suits(group); });
    std::size_t count = 0;
    for (const auto& group : nodes_) count += group.nodes;
    return count >= nodes_of(plan_);
  }

  std::uint64_t most(std::uint64_t (*of)(const NodeGroup&)) const {
    std::uint64_t result = 0;
    for (const auto& group : nodes_) result = std::max(result, of(group));
    return result;
  }

  void check_nodes() {
    const auto& wanted = plan_.resources;
    const auto cores = most([](const auto& g) { return std::uint64_t{g.cores}; });
    const auto memory = most([](const auto& g) { return g.memory_mib; });
    if (!keep([&](const auto& g) { return has_feature(g, wanted.constraint); }))
      return refuse("constraint", "is " + quoted(wanted.constraint) + ", which too few nodes of " +
                                      here() + " have; `sinfo -o \"%P %f\"` shows what there is");
    if (!keep([&](const auto& g) { return has_gres(g, wanted.accelerators); }))
      return refuse("accelerators", "is " + quoted(wanted.accelerators) +
                                        ", which too few nodes of " + here() +
                                        " have; `sinfo -o \"%P %G\"` shows what there is");
    if (!keep([&](const auto& g) { return g.cores >= cores_per_node(plan_); }))
      return refuse("cores_per_rank", "makes " + std::to_string(cores_per_node(plan_)) +
                                          " cores on a node, but " + here() + " has nodes of " +
                                          std::to_string(cores) + "; lower it, or take more nodes");
    if (!keep([&](const auto& g) { return g.memory_mib >= wanted.memory_mib; }))
      return refuse("memory_mib", "is " + std::to_string(wanted.memory_mib) + ", but " + here() +
                                      " has nodes of " + std::to_string(memory) +
                                      " MiB; lower it, or take more nodes");
    check_total();
    if (!keep(is_up))
      findings_.push_back(wrong_environment(
          std::string(plan_.key) + ".nodes",
          "too few nodes of " + here() +
              " that suit are up; `sinfo --list-reasons` says why, wait or name another one"));
  }

  /// All ranks of the job must find cores.
  void check_total() {
    std::size_t ranks = 0, nodes = 0;
    for (const auto& group : nodes_) {
      ranks +=
          group.nodes * (group.cores / std::max<std::size_t>(plan_.resources.cores_per_rank, 1));
      nodes += group.nodes;
    }
    if (ranks >= plan_.ranks) return;
    refuse("cores_per_rank", "is " + std::to_string(plan_.resources.cores_per_rank) + " for " +
                                 std::to_string(plan_.ranks) + " ranks, but the " +
                                 std::to_string(nodes) + " nodes of " + here() +
                                 " that suit have room for " + std::to_string(ranks) +
                                 "; take fewer ranks or cores");
  }

  const JobPlan& plan_;
  const Partition& partition_;
  const bool nodes_known_;
  std::vector<NodeGroup> nodes_;  ///< of the partition, that suit so far
  Findings findings_;
};

}  // namespace

Findings misfits(const JobPlan& plan, const Partition& partition,
                 const std::vector<NodeGroup>& nodes) {
  return Fit(plan, partition, nodes).misfits();
}

}  // namespace weir
