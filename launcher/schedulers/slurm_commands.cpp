#include "launcher/schedulers/slurm_commands.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <sstream>
#include <string_view>

#include "launcher/schedulers/slurm_state.h"

namespace weir {
namespace {

/// Slurm fills in %x, %j and the like; a path means what it says.
std::string plain_path(const std::filesystem::path& path) {
  std::string result;
  for (const char c : path.string()) {
    if (c == '%') result += '%';
    result += c;
  }
  return result;
}

void add(std::vector<std::string>& words, const char* option, const std::string& value) {
  if (!value.empty()) words.push_back(option + value);
}

void add(std::vector<std::string>& words, const char* option, std::size_t value) {
  if (value > 0) words.push_back(option + std::to_string(value));
}

void add_resources(std::vector<std::string>& words, const JobResources& resources) {
  add(words, "--partition=", resources.partition);
  add(words, "--account=", resources.account);
  add(words, "--qos=", resources.qos);
  add(words, "--reservation=", resources.reservation);
  add(words, "--constraint=", resources.constraint);
  add(words, "--nodes=", resources.nodes);
  add(words, "--cpus-per-task=", resources.cores_per_rank);
  add(words, "--gres=", resources.accelerators);
  if (resources.memory_mib > 0)
    words.push_back("--mem=" + std::to_string(resources.memory_mib) + "M");
  add(words, "--time=", static_cast<std::size_t>(std::ceil(resources.time_limit / 60)));
}

std::string_view without_blanks(std::string_view text) {
  const auto begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// A job's number, or that of an array's task.
bool is_job(std::string_view text) {
  const auto bar = text.find('_');
  return is_number(text.substr(0, bar)) &&
         (bar == std::string_view::npos || is_number(text.substr(bar + 1)));
}

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, at);) parts.push_back(part);
  return parts;
}

constexpr char bar = '|';
// Slurm's own words first: a foreign job's name may hold anything.
constexpr const char* queue_format =
    "JobArrayID:40|,State:20|,exit_code:12|,RestartCnt:8|,Reason:80|,Comment:40|,Name:300|";

// How jobs are named, found, numbered and entered: an option of the user's would break it.
constexpr std::array<std::string_view, 17> own_options = {
    "--job-name", "-J", "--comment", "--output", "-o",      "--error", "-e",     "--chdir",    "-D",
    "--array",    "-a", "--wrap",    "--export", "--input", "-i",      "--wait", "--test-only"};

/// Options may be shortened as long as they are clear.
bool means(const std::string& option, std::string_view own) {
  if (!own.starts_with("--")) return option.starts_with(own);
  const auto name = option.substr(0, option.find('='));
  return name.size() > 2 && own.starts_with(name);
}

}  // namespace

std::vector<std::string> sbatch_command(const SbatchRequest& request,
                                        const JobResources& resources) {
  std::vector<std::string> words = {
      "sbatch", "--parsable", "--job-name=" + request.name, "--comment=" + request.comment,
      "--output=" + plain_path(request.output) + (request.tasks > 0 ? ".%a" : ""),
      "--open-mode=append", "--chdir=" + request.directory.string(), "--export=ALL",
      // A second run of an attempt could not be told from the first.
      "--no-requeue", "--ntasks=" + std::to_string(request.ranks)};
  if (request.tasks > 0) words.push_back("--array=0-" + std::to_string(request.tasks - 1));
  add_resources(words, resources);
  const auto warning = static_cast<std::size_t>(std::ceil(request.warning));
  // To weir-job alone, which passes it on.
  if (warning > 0) words.push_back("--signal=B:USR1@" + std::to_string(warning));
  words.insert(words.end(), resources.options.begin(), resources.options.end());
  words.insert(words.end(), request.script.begin(), request.script.end());
  return words;
}

std::optional<JobId> parse_job_number(const std::string& output) {
  std::optional<JobId> number;
  for (const auto& line : split(output, '\n')) {  // a site's greeting may come first
    const auto word = std::string(without_blanks(line.substr(0, line.find(';'))));
    if (is_number(word)) number = word;
  }
  return number;
}

std::vector<std::string> squeue_command() {
  return {"squeue",  "--me",         "--noheader",
          "--array", "--states=all", std::string("--Format=") + queue_format};
}

std::vector<QueueLine> parse_queue(const std::string& output) {
  std::vector<QueueLine> lines;
  for (const auto& line : split(output, '\n')) {
    auto parts = split(line, bar);
    if (parts.size() < 7) continue;
    for (auto& part : parts) part = std::string(without_blanks(part));
    if (!is_job(parts[0]) || !slurm_state(parts[1])) continue;
    lines.push_back({.job = parts[0],
                     .state = parts[1],
                     .exit_code = parts[2],
                     .reason = parts[4],
                     .comment = parts[5],
                     .name = parts[6],
                     .restarted = is_number(parts[3]) && parts[3] != "0"});
  }
  return lines;
}

std::optional<ArrayTask> array_task(const JobId& job) {
  const auto at = job.find('_');
  if (at == std::string::npos || !is_job(job)) return std::nullopt;
  ArrayTask task{.array = job.substr(0, at)};
  const auto [end, error] =
      std::from_chars(job.data() + at + 1, job.data() + job.size(), task.task);
  return error == std::errc() ? std::optional(task) : std::nullopt;
}

std::vector<std::string> scancel_command(const std::vector<JobId>& jobs) {
  // Quiet: a job that has ended meanwhile is no error.
  std::vector<std::string> words = {"scancel", "--quiet"};
  words.insert(words.end(), jobs.begin(), jobs.end());
  return words;
}

std::vector<std::string> scontrol_command(const JobId& job) {
  return {"scontrol", "--oneliner", "show", "job", job};
}

std::vector<std::string> sacct_command(const JobId& job) {
  return {"sacct",        "--noheader", "--allocations", "--parsable2", "--format=State,ExitCode",
          "--jobs=" + job};
}

std::optional<JobReport> parse_scontrol(const std::string& output) {
  std::string state, exit_code;
  for (const auto& word : split(output, ' ')) {
    if (word.starts_with("JobState=")) state = word.substr(9);
    if (word.starts_with("ExitCode=")) exit_code = word.substr(9);
  }
  return slurm_report(state, exit_code);
}

std::optional<JobReport> parse_sacct(const std::string& output) {
  const auto lines = split(output, '\n');
  if (lines.empty()) return std::nullopt;
  const auto parts = split(lines.back(), bar);
  return parts.size() < 2 ? std::nullopt : slurm_report(parts[0], parts[1]);
}

std::optional<std::string> unfit_option(const std::string& option) {
  if (option.find('\0') != std::string::npos) return "contains a zero byte; remove it";
  if (!option.starts_with('-') || option == "-" || option == "--")
    return "does not begin with '-'; write an option and its value as one text, \"--exclude=n3\"";
  const bool own = std::any_of(own_options.begin(), own_options.end(),
                               [&](std::string_view one) { return means(option, one); });
  if (own) return "is set by weir itself; leave it out";
  return std::nullopt;
}

}  // namespace weir
