#include "launcher/schedulers/job_file.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include <nlohmann/json.hpp>

#include "src/core/error.h"
#include "src/study/names.h"
#include "src/wire/json_number.h"

namespace weir {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* job_format = "weir-job-1";
constexpr const char* wave_format = "weir-wave-1";

bool is_name(const std::string& name) {
  constexpr std::string_view allowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
  return !name.empty() && name[0] != '.' && name[0] != '-' &&
         name.find_first_not_of(allowed) == std::string::npos;
}

/// Zero bytes would cut an argument, and JSON carries UTF-8 alone.
void require_text(const std::string& value, const std::string& place) {
  if (value.find('\0') != std::string::npos)
    throw Error(ErrorKind::input,
                place + " contains a zero byte, which no program can be given; remove it");
  try {
    (void)Json(value).dump();
  } catch (const Json::exception&) {
    throw Error(ErrorKind::input, place + " is no UTF-8; a job's values must be");
  }
}

void require_texts(const JobRequest& request) {
  const std::string job = " of the job " + request.name;
  for (std::size_t k = 0; k < request.command.size(); ++k)
    require_text(request.command[k], "argument " + std::to_string(k) + job);
  for (const auto& [name, value] : request.environment) {
    require_text(name, "a variable's name" + job);
    require_text(value, "the variable " + name + job);
  }
  require_text(request.log.string(), "the log" + job);
  require_text(request.directory.string(), "the directory" + job);
}

std::filesystem::path beside(const std::filesystem::path& job_file, const char* extension) {
  auto path = job_file;
  return path.replace_extension(extension);
}

template <class E>
E value_of(const Json& json, const char* key) {
  const auto text = json.at(key).get<std::string>();
  for (const auto& [value, name] : names(E{}))
    if (name == text) return value;
  throw Error(ErrorKind::input, std::string(key) + " is '" + text + "'");
}

JobRole role_of(const std::string& text) {
  if (text == "server") return JobRole::server;
  if (text == "simulation") return JobRole::simulation;
  throw Error(ErrorKind::input, "role is '" + text + "'");
}

JobRequest job_of(const Json& json) {
  JobRequest request;
  request.name = json.at("name").get<std::string>();
  request.role = role_of(json.at("role").get<std::string>());
  request.command = json.at("command").get<std::vector<std::string>>();
  request.ranks = wire::whole_number<std::size_t>(json, "ranks");
  request.launch = value_of<Launch>(json, "launch");
  request.environment = json.at("environment").get<std::map<std::string, std::string>>();
  request.log = json.at("log").get<std::string>();
  request.directory = json.at("directory").get<std::string>();
  if (!is_name(request.name) || request.command.empty() || request.ranks == 0)
    throw Error(ErrorKind::input, "it names no program to start");
  require_texts(request);
  return request;
}

/// What `convert` makes of the file's JSON; any flaw is Error{input} with the path.
template <class F>
auto from_file(FileSystem& files, const std::filesystem::path& path, F convert) {
  const std::string text = files.read(path);
  const auto damaged = [&](const std::string& how) {
    return Error(ErrorKind::input, "'" + path.string() + "' is no job file of weir: " + how);
  };
  try {
    return convert(Json::parse(text));
  } catch (const Json::exception& error) {
    throw damaged(error.what());
  } catch (const std::out_of_range& error) {
    throw damaged(error.what());
  } catch (const Error& error) {
    throw damaged(error.what());
  }
}

void replace(FileSystem& files, const std::filesystem::path& path, const Json& json) {
  files.make_directories(path.parent_path(), 0700);
  files.replace(path, json.dump(1) + "\n", 0600);
}

}  // namespace

std::filesystem::path job_file_path(const StudyDirectory& directory, const std::string& name) {
  if (!is_name(name))
    throw Error(ErrorKind::input, "'" + name +
                                      "' cannot be the name of a job: letters, digits, '_', '-' "
                                      "and '.' can");
  return directory.jobs() / (name + ".json");
}

void write_job_file(FileSystem& files, const std::filesystem::path& path,
                    const JobRequest& request) {
  require_texts(request);
  const Json json = {{"format", job_format},
                     {"name", request.name},
                     {"role", request.role == JobRole::server ? "server" : "simulation"},
                     {"command", request.command},
                     {"ranks", request.ranks},
                     {"launch", name_of(request.launch)},
                     {"environment", request.environment},
                     {"log", request.log.string()},
                     {"directory", request.directory.string()}};
  files.remove(beside(path, ".end"));
  replace(files, path, json);
}

JobRequest read_job_file(FileSystem& files, const std::filesystem::path& path) {
  return from_file(files, path, [](const Json& json) {
    if (json.at("format") != job_format)
      throw Error(ErrorKind::input, "its format is " + json.at("format").dump());
    return job_of(json);
  });
}

std::filesystem::path job_log(FileSystem& files, const std::filesystem::path& path) {
  try {
    return read_job_file(files, path).log;
  } catch (const Error&) {
    return {};
  }
}

void write_wave_file(FileSystem& files, const std::filesystem::path& path,
                     const std::vector<std::string>& names) {
  replace(files, path, {{"format", wave_format}, {"jobs", names}});
}

std::optional<std::vector<std::string>> read_wave_file(FileSystem& files,
                                                       const std::filesystem::path& path) {
  using Names = std::vector<std::string>;
  return from_file(files, path, [](const Json& json) -> std::optional<Names> {
    if (json.at("format") != wave_format) return std::nullopt;
    auto jobs = json.at("jobs").get<Names>();
    if (!std::all_of(jobs.begin(), jobs.end(), is_name))
      throw Error(ErrorKind::input, "it names what is no job");
    return jobs;
  });
}

void write_job_end(FileSystem& files, const std::filesystem::path& job_file, const ProcessEnd& end,
                   bool out_of_memory) {
  replace(files, beside(job_file, ".end"),
          {{"exit_code", end.exit_code}, {"signal", end.signal}, {"out_of_memory", out_of_memory}});
}

std::optional<JobReport> read_job_end(FileSystem& files, const std::filesystem::path& job_file) {
  const auto path = beside(job_file, ".end");
  try {
    if (!files.exists(path)) return std::nullopt;
    const auto json = nlohmann::json::parse(files.read(path));
    auto report = report_of({.exit_code = wire::whole_number<int>(json, "exit_code"),
                             .signal = wire::whole_number<int>(json, "signal")});
    if (report.state == JobState::failed && json.at("out_of_memory").get<bool>()) {
      report.cause = JobCause::out_of_memory;
      report.reason = "out of memory";
    }
    return report;
  } catch (const nlohmann::json::exception&) {
  } catch (const std::out_of_range&) {
  } catch (const Error&) {  // the file server is away
  }
  return std::nullopt;
}

JobReport explained(FileSystem& files, const std::filesystem::path& job_file, JobReport report) {
  const bool lost = report.state == JobState::lost;
  const bool by_itself = report.state == JobState::failed &&
                         (report.cause == JobCause::exit_code || report.cause == JobCause::signal);
  if (!lost && !by_itself) return report;
  auto told = read_job_end(files, job_file);
  return told && (lost || told->state == JobState::failed) ? *std::move(told) : report;
}

std::filesystem::path job_claim_path(const std::filesystem::path& job_file) {
  return beside(job_file, ".claim");
}

void remove_job_files(FileSystem& files, const std::filesystem::path& job_file) {
  for (const auto& path : {job_file, job_claim_path(job_file), beside(job_file, ".end")})
    files.remove(path);
}

}  // namespace weir
