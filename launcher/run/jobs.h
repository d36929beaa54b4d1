#pragma once
// The jobs of a study: its server, and each attempt of each simulation.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "launcher/run/placeholders.h"
#include "launcher/schedulers/scheduler.h"
#include "src/core/study_directory.h"
#include "src/study/study.h"

namespace weir {

struct AttemptId {
  std::uint64_t sim = 0, attempt = 0;
  auto operator<=>(const AttemptId&) const = default;
};

/// The server of the study that lies resolved in `directory`. `record`: the HDF5 file into which it
/// puts every sample instead of training on it; empty: it trains.
JobRequest server_job(const Study& study, const StudyDirectory& directory,
                      const std::filesystem::path& server, const std::filesystem::path& record);

/// The server of the study that lies in `directory`, repeating its training from the data set
/// `data` into the folder `results`.
JobRequest replay_job(const Study& study, const StudyDirectory& directory,
                      const std::filesystem::path& server, const std::filesystem::path& data,
                      const std::filesystem::path& results);

/// What the placeholders of an attempt stand for; numbers so that they are read back exactly.
/// Requires one value a parameter of the study.
PlaceholderValues placeholder_values(const Study& study, const StudyDirectory& directory,
                                     AttemptId id, const std::vector<double>& parameters);

/// Where an attempt runs when the study has templates: D/run/sim/SIM.ATTEMPT.
std::filesystem::path attempt_folder(const StudyDirectory& directory, AttemptId id);

/// Attempt `attempt` of simulation `sim`, in a folder of its own (which Templates makes) when the
/// study has templates. Requires one value a parameter of the study.
JobRequest simulation_job(const Study& study, const StudyDirectory& directory, std::uint64_t sim,
                          std::uint64_t attempt, const std::vector<double>& parameters);

/// The same server, going on from its newest checkpoint.
JobRequest resumed(JobRequest server);

/// The names of jobs, which carry study, sim and attempt.
std::string server_job_name(const Study& study);
std::string simulation_job_name(const Study& study, AttemptId id);
/// What simulation_job_name made the name of; nothing when it is another one.
std::optional<AttemptId> attempt_of_job(const Study& study, const std::string& name);

/// Log of the server's job: what it prints, and what mpirun says about it.
std::filesystem::path server_job_log(const StudyDirectory& directory);

}  // namespace weir
