// Whether buffer and model fit into memory.

#include <algorithm>

#include "launcher/doctor/case.h"
#include "launcher/doctor/memory_need.h"

namespace weir {
namespace {

constexpr double mib = 1024.0 * 1024;

/// The memory that the server's job will have, and how it is known.
struct Room {
  double bytes = 0;
  std::string text;
};

const Partition* partition_of(const Case& subject) {
  const auto& wanted = subject.study.launcher.server.partition;
  for (const auto& one : subject.cluster->partitions)
    if (wanted.empty() ? one.is_default : one.name == wanted) return &one;
  return nullptr;
}

/// What Slurm gives to a job that asks for none, on each node, in MiB.
std::optional<double> default_memory(const Case& subject) {
  const auto* partition = partition_of(subject);
  if (partition == nullptr) return std::nullopt;
  const auto& settings = subject.cluster->settings;
  const bool own = partition->memory_per_node || partition->memory_per_core;
  const auto per_node = own ? partition->memory_per_node : settings.memory_per_node;
  const auto per_core = own ? partition->memory_per_core : settings.memory_per_core;
  if (per_node) return static_cast<double>(*per_node);
  if (!per_core) return std::nullopt;
  const auto plan = job_plans(subject.study).front();
  const auto cores = plan.ranks * plan.resources.cores_per_rank;
  return static_cast<double>(*per_core * cores) / static_cast<double>(nodes_of(plan));
}

/// A node of the partition that the server asks for, at its largest.
double largest_node(const Case& subject) {
  const auto* partition = partition_of(subject);
  std::uint64_t most = 0;
  for (const auto& group : subject.cluster->nodes)
    if (partition != nullptr && group.partition == partition->name)
      most = std::max(most, group.memory_mib);
  return static_cast<double>(most);
}

/// Of one node of the server's job.
std::optional<Room> room_of_a_node(const Case& subject) {
  const auto& server = subject.study.launcher.server;
  if (server.memory_mib > 0)
    return Room{static_cast<double>(server.memory_mib) * mib,
                "asked for (launcher.server.memory_mib)"};
  if (!subject.cluster) return std::nullopt;
  if (const auto given = default_memory(subject))
    return Room{*given * mib, "by Slurm's default, as launcher.server.memory_mib is not given"};
  const double most = largest_node(subject);
  if (most <= 1) return std::nullopt;  // 1: a Slurm that was not told
  return Room{most * mib, "on a node of the partition"};
}

std::string need_text(const MemoryNeed& need) {
  return size_text(need.slab) + " for the buffer and " + size_text(need.model) + " for the model";
}

Finding check(const Study& study, const Room& room, double nodes) {
  const auto need = memory_need(study);
  const std::string text = need_text(need) + "; " + size_text(room.bytes * nodes) + " " + room.text;
  if (need.total() <= room.bytes * nodes) return ok("memory", text);
  const auto capacity = capacity_that_fits(study, room.bytes * nodes);
  if (capacity == 0)
    return wrong_environment(
        "memory", text + "; not even a buffer of one sample fits, so take a smaller model");
  return wrong_environment("memory", text + "; a buffer.capacity of " + std::to_string(capacity) +
                                         " instead of " + std::to_string(study.buffer.capacity) +
                                         " would fit");
}

}  // namespace

void examine_memory(const Case& subject, Findings& findings) {
  const auto& study = subject.study;
  if (!subject.batch())
    return findings.push_back(
        check(study, {static_cast<double>(subject.machine().free_memory()), "free"}, 1));
  const auto nodes = std::max<std::size_t>(study.launcher.server.nodes, 1);
  if (auto room = room_of_a_node(subject)) {
    if (nodes > 1) room->text = room->text + ", " + std::to_string(nodes) + " times";
    return findings.push_back(check(study, *room, static_cast<double>(nodes)));
  }
  findings.push_back(ok("memory", need_text(memory_need(study)) +
                                      "; the batch system does not tell what a node has"));
}

}  // namespace weir
