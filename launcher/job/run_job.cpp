#include "launcher/job/run_job.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "launcher/job/out_of_memory.h"
#include "launcher/run/jobs.h"
#include "launcher/schedulers/job_file.h"
#include "launcher/schedulers/launch_command.h"
#include "src/core/error.h"
#include "src/core/planted_bug.h"
#include "src/core/process.h"

namespace weir {
namespace {

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::optional<std::size_t> number(const std::string& text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// What this process says from now on is in the job's log too.
void redirect_to(const std::filesystem::path& log) {
  const int fd = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0)
    throw Error(ErrorKind::environment,
                "cannot write the log '" + log.string() + "': " + strerror(errno));
  dup2(fd, STDOUT_FILENO);
  dup2(fd, STDERR_FILENO);
  close(fd);
}

/// A late start, or one by somebody's `scontrol requeue`, is of what nobody waits for.
void require_wanted(FileSystem& files, const std::filesystem::path& file) {
  try {
    files.open(file);  // which a network's file system does not answer out of a cache
  } catch (const Error&) {
    if (files.exists(file)) throw;
    throw Error(ErrorKind::environment,
                "nothing is started: '" + file.string() +
                    "' is gone, because what it describes has ended or was replaced");
  }
}

/// Made for one job alone, also on a network's file system.
void claim(const std::filesystem::path& path, const std::string& job) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0)
    throw Error(ErrorKind::environment,
                errno == EEXIST ? "this attempt was started before; a new attempt replaces it"
                                : "cannot write '" + path.string() + "': " + strerror(errno));
  [[maybe_unused]] const auto written = write(fd, job.data(), job.size());
  close(fd);
}

sigset_t passed_on() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2}) sigaddset(&set, signal);
  return set;
}

ProcessEnd wait_for(Process& process) {
  auto set = passed_on();
  sigaddset(&set, SIGCHLD);
  const timespec look_again = {.tv_sec = 1, .tv_nsec = 0};
  while (true) {
    if (const auto end = process.poll()) return *end;
    const int signal = sigtimedwait(&set, nullptr, &look_again);
    // To the first process alone: srun and mpirun pass signals on to their ranks, and what they
    // start besides does not expect any.
    if (signal > 0 && signal != SIGCHLD) kill(process.pid(), signal);
  }
}

}  // namespace

JobPlace job_place() {
  JobPlace place;
  place.id = variable("SLURM_JOB_ID");
  if (place.id.empty()) place.id = variable("OAR_JOB_ID");
  place.task = number(variable("SLURM_ARRAY_TASK_ID"));
  place.restarted = number(variable("SLURM_RESTART_COUNT")).value_or(0) > 0;
  return place;
}

std::filesystem::path job_of_task(FileSystem& files, const std::filesystem::path& path,
                                  const JobPlace& place) {
  require_wanted(files, path);
  const auto wave = read_wave_file(files, path);
  if (!wave) return path;
  if (!place.task || *place.task >= wave->size())
    throw Error(ErrorKind::input, "'" + path.string() + "' is of " + std::to_string(wave->size()) +
                                      " jobs, and this is task " +
                                      (place.task ? std::to_string(*place.task) : "of no array"));
  return path.parent_path() / ((*wave)[*place.task] + ".json");
}

JobRequest admitted(FileSystem& files, JobRequest request, const std::filesystem::path& job_file,
                    const JobPlace& place) {
  if (request.role == JobRole::simulation) {
    if (WEIR_BUG("attempt_run_again")) return request;
    claim(job_claim_path(job_file), place.id);
    // The claim of an attempt that has ended is removed after its file: while that is there, this
    // claim is the first.
    require_wanted(files, job_file);
    return request;
  }
  const bool asked = std::find(request.command.begin(), request.command.end(), "--resume") !=
                     request.command.end();
  return place.restarted && !asked ? resumed(std::move(request)) : request;
}

void become(const std::vector<std::string>& command) {
  if (command.empty()) throw Error(ErrorKind::input, "there is no program to start");
  std::vector<char*> words;
  for (const auto& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  execvp(words[0], words.data());
  throw Error(ErrorKind::environment,
              "cannot start '" + command[0] + "': " + std::string(strerror(errno)));
}

int run_job(FileSystem& files, const std::filesystem::path& path) {
  // First: a signal that comes before the program runs waits for it.
  auto signals = passed_on();
  sigaddset(&signals, SIGCHLD);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  const auto place = job_place();
  const auto job_file = job_of_task(files, path, place);
  require_wanted(files, job_file);
  auto request = read_job_file(files, job_file);
  redirect_to(request.log);
  request = admitted(files, std::move(request), job_file, place);
  const auto kills_before = memory_kills(files);
  auto process = Process::spawn({.command = launch_command(request),
                                 .environment = launch_environment(request),
                                 .directory = request.directory,
                                 .log = {}});
  const auto end = wait_for(process);
  write_job_end(files, job_file, end,
                was_out_of_memory(end, memory_kills(files) - kills_before, request.log));
  return end.signal == 0 ? end.exit_code : 128 + end.signal;
}

}  // namespace weir
