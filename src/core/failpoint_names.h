#pragma once
// Every failpoint of weir, so that tests can go through all of them (`weir-failpoints` prints the
// list).

#include <array>
#include <string_view>

namespace weir {

/// "PROCESS.PLACE": client, aggregator, trainer, checkpoint or launcher; sorted within each.
inline constexpr auto failpoint_names = std::to_array<std::string_view>({
    "aggregator.after_accept",
    "aggregator.after_durable",
    "aggregator.after_insert",
    "aggregator.after_lacking",
    "aggregator.after_welcome",
    "aggregator.before_accept",
    "aggregator.before_durable",
    "aggregator.before_finished",
    "aggregator.before_mark",
    "aggregator.before_welcome",
    "aggregator.completed",
    "aggregator.connected",
    "aggregator.launcher_message",
    "checkpoint.after_link",
    "checkpoint.after_part",
    "checkpoint.after_part_folder",
    "checkpoint.after_publish",
    "checkpoint.after_rename",
    "checkpoint.after_rows",
    "checkpoint.after_sync",
    "checkpoint.before_manifest",
    "checkpoint.before_part",
    "checkpoint.before_part_list",
    "checkpoint.before_prune",
    "checkpoint.before_publish",
    "checkpoint.before_rename",
    "checkpoint.before_told",
    "checkpoint.cut",
    "checkpoint.in_prune",
    "checkpoint.in_segment",
    "checkpoint.part_written",
    "client.after_accepted",
    "client.after_chunk",
    "client.after_end",
    "client.after_follow",
    "client.after_gather",
    "client.after_hello",
    "client.after_send",
    "client.after_welcome",
    "client.before_chunk",
    "client.before_drain",
    "client.before_end",
    "client.before_finalize",
    "client.before_follow",
    "client.before_gather",
    "client.before_reserve",
    "launcher.after_connect",
    "launcher.after_end_said",
    "launcher.after_find",
    "launcher.after_hello",
    "launcher.after_intent",
    "launcher.after_job_file",
    "launcher.after_sbatch",
    "launcher.after_server_end",
    "launcher.after_server_intent",
    "launcher.after_server_submit",
    "launcher.after_submit",
    "launcher.after_submitted",
    "launcher.before_end_journaled",
    "launcher.before_end_said",
    "launcher.before_hello",
    "launcher.before_intent",
    "launcher.before_job_file",
    "launcher.before_sbatch",
    "launcher.before_server_intent",
    "launcher.before_server_killed",
    "launcher.before_server_restart",
    "trainer.after_cut",
    "trainer.after_draw",
    "trainer.after_export",
    "trainer.after_lineage",
    "trainer.after_step",
    "trainer.after_validation",
    "trainer.before_allreduce",
    "trainer.before_cut",
    "trainer.before_events",
    "trainer.before_export",
    "trainer.before_step",
    "trainer.before_validation",
    "trainer.in_cut",
    "trainer.reception_over",
});

consteval bool is_failpoint(std::string_view name) {
  for (const auto known : failpoint_names)
    if (known == name) return true;
  return false;
}

}  // namespace weir
