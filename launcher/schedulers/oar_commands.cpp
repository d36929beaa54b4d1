#include "launcher/schedulers/oar_commands.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <sstream>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "src/wire/json_number.h"

namespace weir {
namespace {

using nlohmann::json;

constexpr int user_signal_1 = 10;

/// What weir sets, and what makes no batch job.
constexpr std::array own_options = {
    "name",        "directory", "stdout",      "stderr",     "array",    "array-param-file",
    "interactive", "connect",   "reservation", "scanscript", "resubmit", "resource",
    "queue",       "project",   "property",    "checkpoint", "signal",   "help",
    "version",     "hold",      "xml",         "yaml",       "json",     "dumper"};

std::string walltime(double seconds) {
  const auto minutes = static_cast<long long>(std::ceil(seconds / 60));
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%lld:%02lld:00", minutes / 60, minutes % 60);
  return text.data();
}

/// "gpu:4" as Slurm has it, "gpu=4" as OAR does.
std::string accelerators(std::string text) {
  std::replace(text.begin(), text.end(), ':', '=');
  return text;
}

std::string resource_description(std::size_t ranks, const JobResources& resources) {
  const std::size_t nodes = std::max<std::size_t>(resources.nodes, 1);
  const std::size_t cores = (ranks + nodes - 1) / nodes * resources.cores_per_rank;
  std::string text;
  if (resources.nodes > 0 || !resources.accelerators.empty())
    text += "/nodes=" + std::to_string(nodes);
  // Cores belong to an accelerator's share of its node.
  if (resources.accelerators.empty())
    text += "/core=" + std::to_string(cores);
  else
    text.append("/").append(accelerators(resources.accelerators));
  if (resources.time_limit > 0) text += ",walltime=" + walltime(resources.time_limit);
  return text;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string text_of(const json& in, const char* key) {
  const auto value = in.find(key);
  return value != in.end() && value->is_string() ? value->get<std::string>() : "";
}

/// Databases differ: the same number comes as 0 and as "0".
std::optional<int> number_of(const json& in, const char* key) {
  const auto value = in.find(key);
  if (value == in.end() || value->is_null()) return std::nullopt;
  try {
    return value->is_string() ? std::stoi(value->get<std::string>())
                              : wire::whole_number<int>(in, key);
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

std::vector<OarEvent> events_of(const json& in) {
  std::vector<OarEvent> events;
  const auto list = in.find("events");
  if (list == in.end() || !list->is_array()) return events;
  for (const auto& event : *list)
    if (event.is_object())
      events.push_back({text_of(event, "type"), text_of(event, "description")});
  return events;
}

}  // namespace

std::vector<std::string> oarsub_command(const OarsubRequest& request,
                                        const JobResources& resources) {
  std::vector<std::string> command = {
      "oarsub",
      "--name=" + request.name,
      "--directory=" + request.directory.string(),
      "--stdout=" + request.output.string(),
      "--stderr=" + request.output.string(),
      "--resource=" + resource_description(request.ranks, resources)};
  const auto add = [&](const std::string& option, const std::string& value) {
    if (!value.empty()) command.push_back(option + "=" + value);
  };
  add("--queue", resources.partition);
  add("--project", resources.account);
  add("--property", resources.constraint);
  if (!resources.reservation.empty()) command.push_back("--type=inner=" + resources.reservation);
  if (request.warning > 0 && resources.time_limit > request.warning) {
    command.push_back("--checkpoint=" + std::to_string(static_cast<long long>(request.warning)));
    command.push_back("--signal=" + std::to_string(user_signal_1));
  }
  command.insert(command.end(), resources.options.begin(), resources.options.end());
  command.push_back(joined(request.script));
  return command;
}

std::optional<JobId> parse_oarsub(const std::string& output) {
  constexpr std::string_view key = "OAR_JOB_ID=";
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(key)) continue;
    const auto number = line.substr(key.size());
    const bool digits =
        !number.empty() && number.find_first_not_of("0123456789") == std::string::npos;
    if (digits && number != "0") return number;
  }
  return std::nullopt;
}

std::vector<std::string> oarstat_command(const std::vector<JobId>& jobs) {
  std::vector<std::string> command = {"oarstat", "--full", "--json"};
  for (const auto& job : jobs) command.insert(command.end(), {"--job", job});
  return command;
}

std::vector<std::string> oarstat_command_of_user() {
  return {"oarstat", "--full", "--json", "--user"};
}

std::optional<std::vector<OarJob>> parse_oarstat(const std::string& output) {
  const auto in = json::parse(output, nullptr, /*allow_exceptions=*/false);
  if (in.is_null()) return std::vector<OarJob>();
  if (!in.is_object()) return std::nullopt;
  std::vector<OarJob> jobs;
  for (const auto& [id, job] : in.items()) {
    if (!job.is_object()) continue;
    jobs.push_back({.id = id,
                    .name = text_of(job, "name"),
                    .state = text_of(job, "state"),
                    .directory = text_of(job, "launchingDirectory"),
                    .message = text_of(job, "message"),
                    .status = number_of(job, "exit_code"),
                    .events = events_of(job)});
  }
  // By number: of two with one name the first one may have begun.
  std::sort(jobs.begin(), jobs.end(), [](const OarJob& left, const OarJob& right) {
    return std::pair(left.id.size(), std::string_view(left.id)) <
           std::pair(right.id.size(), std::string_view(right.id));
  });
  return jobs;
}

bool says_none(const std::string& errors) {
  return errors.find("hash- or arrayref expected") != std::string::npos;
}

std::vector<std::string> oardel_command(const std::vector<JobId>& jobs) {
  std::vector<std::string> command = {"oardel"};
  command.insert(command.end(), jobs.begin(), jobs.end());
  return command;
}

std::vector<std::string> oarnodes_command() { return {"oarnodes", "--json"}; }

std::vector<std::string> parse_oarnodes(const std::string& output) {
  const auto in = json::parse(output, nullptr, /*allow_exceptions=*/false);
  std::vector<std::string> addresses;
  if (!in.is_object()) return addresses;
  for (const auto& [id, resource] : in.items())
    if (resource.is_object()) addresses.push_back(text_of(resource, "network_address"));
  return addresses;
}

std::optional<std::string> unfit_oar_option(const std::string& option) {
  if (option.size() < 2 || option[0] != '-')
    return "is no option; oarsub would take it for the job's command";
  if (option[1] != '-') {
    // Flags of one letter can be written together, so that only these are beyond doubt.
    if (option == "-k" || std::string("taie").find(option[1]) != std::string::npos)
      return std::nullopt;
    return "is set by weir or makes no batch job; write an option of another kind by its long name";
  }
  const auto name = option.substr(2, option.find('=') - 2);
  const auto meant = std::find_if(own_options.begin(), own_options.end(), [&](const char* own) {
    return std::string_view(own).starts_with(name);  // oarsub takes abbreviations
  });
  if (meant == own_options.end()) return std::nullopt;
  return "is --" + std::string(*meant) + ", which weir sets itself or which makes no batch job";
}

std::optional<std::string> unfit_oar_path(const std::filesystem::path& path) {
  constexpr std::string_view safe =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._+=,@%:-";
  if (path.string().find_first_not_of(safe) == std::string::npos) return std::nullopt;
  return std::string("'").append(path.string()) +
         "' has a character that OAR would hand to a shell; run the study in a folder whose path "
         "is "
         "of letters, digits and /._+=,@%:-";
}

}  // namespace weir
