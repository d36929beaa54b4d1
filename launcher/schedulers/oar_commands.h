#pragma once
// The commands of OAR 2.5 as argument vectors, and what they print.

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "launcher/schedulers/scheduler.h"
#include "src/study/study.h"

namespace weir {

/// A submission. Each value becomes a part of one argument; those that OAR hands to a shell on the
/// node are checked by unfit_path().
struct OarsubRequest {
  std::string name;
  std::size_t ranks = 1;
  std::filesystem::path directory;  ///< where the job starts; what the launcher knows its jobs by
  std::filesystem::path output;     ///< of the script; of several jobs of one name, the last one
  double warning = 0;               ///< seconds before its walltime at which it gets SIGUSR1
  std::vector<std::string> script;  ///< the words of its command, none with a blank
};

std::vector<std::string> oarsub_command(const OarsubRequest& request,
                                        const JobResources& resources);

/// The number in the line "OAR_JOB_ID=42"; nothing when there is none, or none above 0.
std::optional<JobId> parse_oarsub(const std::string& output);

std::vector<std::string> oarstat_command(const std::vector<JobId>& jobs);
/// All jobs of this user that have not ended.
std::vector<std::string> oarstat_command_of_user();

struct OarEvent {
  std::string type, description;
};

/// What oarstat --full --json says of a job.
struct OarJob {
  JobId id;
  std::string name, state, directory, message;
  std::optional<int> status;  ///< as of wait()
  std::vector<OarEvent> events;
};

/// Nothing when it is no such answer. OAR knows none of the jobs: none.
std::optional<std::vector<OarJob>> parse_oarstat(const std::string& output);

/// Whether an oarstat that failed only had nothing to print: its JSON module takes no empty list.
bool says_none(const std::string& errors);

std::vector<std::string> oardel_command(const std::vector<JobId>& jobs);

/// Every resource that OAR has, and the addresses of the nodes that they are of.
std::vector<std::string> oarnodes_command();
std::vector<std::string> parse_oarnodes(const std::string& output);

/// Why `option` may not be passed to oarsub as it is; nothing when it may. It must be one argument
/// that begins with '-', and none that weir sets itself.
std::optional<std::string> unfit_oar_option(const std::string& option);

/// Why OAR cannot start jobs in this folder: it writes the path into shell text. Nothing: it can.
std::optional<std::string> unfit_oar_path(const std::filesystem::path& path);

}  // namespace weir
