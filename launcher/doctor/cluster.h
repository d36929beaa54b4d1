#pragma once
// What a Slurm says of itself, out of the text of its commands.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weir {

struct Partition {
  std::string name, state;  ///< state: "UP", "DOWN", "DRAIN", "INACTIVE"
  bool is_default = false;
  std::optional<double> max_time;        ///< seconds; nothing: no limit
  std::optional<std::size_t> max_nodes;  ///< of one job; nothing: no limit
  /// MiB that a job gets which asks for none; nothing: all of the node, or not told.
  std::optional<std::uint64_t> memory_per_core, memory_per_node;
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

struct Reservation {
  std::string name;
  std::string begin, end;  ///< local times, "2026-11-21T16:28:38"
};

/// An account that the user may charge.
struct Association {
  std::string account;
  std::vector<std::string> qos;  ///< that go with it; empty: not told
};

/// Of its settings.
struct SlurmSettings {
  std::string mpi_default;  ///< of an srun without --mpi; empty: not told
  bool accounts_enforced = false, qos_enforced = false;
  /// As of a Partition, where that has none of its own.
  std::optional<std::uint64_t> memory_per_core, memory_per_node;
};

/// What was not asked for, and what Slurm does not tell, is empty.
struct Cluster {
  std::vector<Partition> partitions;
  std::vector<NodeGroup> nodes;
  SlurmSettings settings{};
  std::vector<std::string> mpi_kinds{};  ///< that srun --mpi takes
  std::optional<std::vector<Reservation>> reservations{};
  std::vector<Association> associations{};
};

/// How `sinfo` has to be asked for parse_nodes.
extern const char* const node_format;

/// Out of `scontrol --oneliner show partition`; lines of another kind are passed over.
std::vector<Partition> parse_partitions(const std::string& text);
/// Out of `sinfo --noheader --exact --format=` node_format; lines of another kind are passed over.
std::vector<NodeGroup> parse_nodes(const std::string& text);
/// Out of `scontrol show config`.
SlurmSettings parse_settings(const std::string& text);
/// Out of `srun --mpi=list`: its names of kinds, in its order.
std::vector<std::string> parse_mpi_kinds(const std::string& text);
/// Out of `scontrol --oneliner show reservation`; lines of another kind are passed over.
std::vector<Reservation> parse_reservations(const std::string& text);
/// Out of `sacctmgr --noheader --parsable2 show associations … format=Account,QOS`.
std::vector<Association> parse_associations(const std::string& text);
/// "7-12:00:00", "12:00:00", "30:00", "30" (minutes): seconds. "UNLIMITED" and what is none:
/// nothing.
std::optional<double> parse_slurm_time(const std::string& text);
/// How many of "gpu" or "gpu:a100" a `gres` has: of "gpu:a100:4(S:0-1),shard:8".
std::size_t count_of_gres(const std::string& gres, const std::string& wanted);
/// "a,b": {"a", "b"}.
std::vector<std::string> split(const std::string& text, char separator);

}  // namespace weir
