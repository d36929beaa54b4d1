#pragma once
// The states of a Slurm job and the causes that keep it waiting, in the terms of the launcher.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/schedulers/scheduler.h"

namespace weir {

/// One row of the table.
struct SlurmState {
  std::string_view name;  ///< as squeue, scontrol and sacct print it
  JobState state;
  JobCause cause;
  std::string_view reason;  ///< for people; empty: the exit code says it
};

/// The row of a state, also of one with an addition ("CANCELLED by 1000", "CANCELLED+"); nothing of
/// a word that is none.
std::optional<SlurmState> slurm_state(std::string_view word);

/// A report of a job in this state. `exit_code`: "7:0" (code and signal, scontrol and sacct) or
/// 1792 (as of wait(), squeue); may be empty or damaged, then nothing is known of it. Nothing when
/// `word` is no state.
std::optional<JobReport> slurm_report(std::string_view word, std::string_view exit_code);

/// The report of a job that a signal ended, with what Slurm says only in the job's output: that it
/// wanted memory. `outputs` need not exist. Every other report is as it was.
JobReport with_memory_told(JobReport report, const std::vector<std::filesystem::path>& outputs);

/// What mends a pending job whose reason, as squeue prints it, nobody but the user or an
/// administrator can remove; nothing for one that passes.
std::optional<std::string> stuck(std::string_view reason);

}  // namespace weir
