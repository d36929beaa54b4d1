#include "launcher/run/jobs.h"

#include <array>
#include <cassert>
#include <charconv>
#include <optional>
#include <system_error>

#include "src/core/number_text.h"
#include "src/study/placeholder_names.h"

namespace weir {
namespace {

std::vector<std::string> fill(const std::vector<std::string>& command,
                              const PlaceholderValues& values) {
  std::vector<std::string> result;
  for (const auto& argument : command) result.push_back(fill_placeholders(argument, values));
  return result;
}

std::string prefix(const Study& study) { return "weir." + study.name + "."; }

}  // namespace

PlaceholderValues placeholder_values(const Study& study, const StudyDirectory& directory,
                                     AttemptId id, const std::vector<double>& parameters) {
  assert(parameters.size() == study.parameters.size());
  const std::array given = {std::to_string(id.sim), std::to_string(id.attempt),
                            directory.root.string()};
  static_assert(given.size() == reserved_placeholders.size());
  PlaceholderValues values;
  for (std::size_t k = 0; k < given.size(); ++k) values.emplace(reserved_placeholders[k], given[k]);
  for (std::size_t k = 0; k < parameters.size(); ++k)
    values.emplace(study.parameters[k].name, exact_number_text(parameters[k]));
  return values;
}

std::filesystem::path attempt_folder(const StudyDirectory& directory, AttemptId id) {
  return directory.run() / "sim" / (std::to_string(id.sim) + "." + std::to_string(id.attempt));
}

std::filesystem::path server_job_log(const StudyDirectory& directory) {
  return directory.logs() / "server.log";
}

std::string server_job_name(const Study& study) { return prefix(study) + "server"; }

std::string simulation_job_name(const Study& study, AttemptId id) {
  return prefix(study) + std::to_string(id.sim) + "." + std::to_string(id.attempt);
}

std::optional<AttemptId> attempt_of_job(const Study& study, const std::string& name) {
  if (!name.starts_with(prefix(study))) return std::nullopt;
  AttemptId id;
  const char* const end = name.data() + name.size();
  const auto sim = std::from_chars(name.data() + prefix(study).size(), end, id.sim);
  if (sim.ec != std::errc() || sim.ptr == end || *sim.ptr != '.') return std::nullopt;
  const auto attempt = std::from_chars(sim.ptr + 1, end, id.attempt);
  if (attempt.ec != std::errc() || attempt.ptr != end) return std::nullopt;
  return id;
}

JobRequest resumed(JobRequest server) {
  server.command.push_back("--resume");
  return server;
}

JobRequest server_job(const Study& study, const StudyDirectory& directory,
                      const std::filesystem::path& server, const std::filesystem::path& record) {
  std::vector<std::string> command = {server.string(), directory.study().string(), "--output",
                                      directory.root.string()};
  if (!record.empty()) command.insert(command.end(), {"--record", record.string()});
  return {.name = server_job_name(study),
          .role = JobRole::server,
          .command = std::move(command),
          .ranks = study.server.ranks,
          .launch = study.server.launch,
          .environment = {},
          .log = server_job_log(directory),
          .directory = directory.root};
}

JobRequest replay_job(const Study& study, const StudyDirectory& directory,
                      const std::filesystem::path& server, const std::filesystem::path& data,
                      const std::filesystem::path& results) {
  return {
      .name = prefix(study) + "replay",
      .role = JobRole::server,
      .command = {server.string(), directory.study().string(), "--replay", directory.root.string(),
                  "--data", data.string(), "--output", results.string()},
      .ranks = study.server.ranks,
      .launch = Launch::mpirun,
      .environment = {},
      .log = directory.logs() / "replay.log",
      .directory = directory.root};
}

JobRequest simulation_job(const Study& study, const StudyDirectory& directory, std::uint64_t sim,
                          std::uint64_t attempt, const std::vector<double>& parameters) {
  const AttemptId id{sim, attempt};
  const auto values = placeholder_values(study, directory, id, parameters);
  const bool own_folder = !study.simulation.templates.empty();
  auto environment = study.simulation.environment;
  environment["WEIR_STUDY_DIR"] = directory.root.string();
  environment["WEIR_SIM"] = values.at("sim");
  environment["WEIR_ATTEMPT"] = values.at("attempt");
  return {.name = simulation_job_name(study, id),
          .role = JobRole::simulation,
          .command = fill(study.simulation.command, values),
          .ranks = study.simulation.ranks,
          .launch = study.simulation.launch,
          .environment = std::move(environment),
          .log = directory.simulation_log(sim, attempt),
          .directory = own_folder ? attempt_folder(directory, id) : directory.root};
}

}  // namespace weir
