#pragma once
// What a Slurm says of its partitions and nodes, out of the text of its commands.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weir {

struct Partition {
  std::string name, state;  ///< state: "UP", "DOWN", "DRAIN", "INACTIVE"
  bool is_default = false;
  std::optional<double> max_time;                        ///< seconds; nothing: no limit
  std::optional<std::size_t> max_nodes;                  ///< of one job; nothing: no limit
  std::vector<std::string> accounts, qos;                ///< that may; empty: all
  std::vector<std::string> denied_accounts, denied_qos;  ///< that may not
};

/// Nodes of a partition that are alike.
struct NodeGroup {
  std::string partition;
  std::size_t nodes = 0;
  std::size_t cores = 0;         ///< of each
  std::uint64_t memory_mib = 0;  ///< of each
  std::string gres;              ///< "gpu:a100:4(S:0-1)", "(null)"
  std::string state;             ///< "idle", "down*", …
  std::vector<std::string> features;
  std::string address;  ///< of the node, or of several, as the batch system reaches them
};

struct Cluster {
  std::vector<Partition> partitions;
  std::vector<NodeGroup> nodes;
};

/// How `sinfo` has to be asked for parse_nodes.
extern const char* const node_format;

/// Out of `scontrol --oneliner show partition`; lines of another kind are passed over.
std::vector<Partition> parse_partitions(const std::string& text);
/// Out of `sinfo --noheader --exact --format=` node_format; lines of another kind are passed over.
std::vector<NodeGroup> parse_nodes(const std::string& text);
/// "7-12:00:00", "12:00:00", "30:00", "30" (minutes): seconds. "UNLIMITED" and what is none:
/// nothing.
std::optional<double> parse_slurm_time(const std::string& text);
/// How many of "gpu" or "gpu:a100" a `gres` has: of "gpu:a100:4(S:0-1),shard:8".
std::size_t count_of_gres(const std::string& gres, const std::string& wanted);
/// "a,b": {"a", "b"}.
std::vector<std::string> split(const std::string& text, char separator);

}  // namespace weir
