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

/// A node of the partition that the server asks for, at its largest.
std::optional<Room> room_of_a_node(const Case& subject) {
  const auto& server = subject.study.launcher.server;
  if (server.memory_mib > 0)
    return Room{static_cast<double>(server.memory_mib) * mib, "launcher.server.memory_mib"};
  std::uint64_t most = 0;
  if (subject.cluster)
    for (const auto& group : subject.cluster->nodes)
      if (server.partition.empty() || group.partition == server.partition)
        most = std::max(most, group.memory_mib);
  if (most <= 1) return std::nullopt;  // 1: a Slurm that was not told
  return Room{static_cast<double>(most) * mib, "a node of the partition"};
}

std::string need_text(const MemoryNeed& need) {
  return size_text(need.slab) + " for the buffer and " + size_text(need.model) + " for the model";
}

Finding check(const Study& study, const Room& room, double nodes) {
  const auto need = memory_need(study);
  const std::string text = need_text(need) + ", " + size_text(room.bytes * nodes) + " " + room.text;
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
    room->text = "in " + std::to_string(nodes) + " × " + room->text;
    return findings.push_back(check(study, *room, static_cast<double>(nodes)));
  }
  findings.push_back(ok("memory", need_text(memory_need(study)) +
                                      "; the batch system does not tell what a node has"));
}

}  // namespace weir
