#include "launcher/schedulers/slurm_waves.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "launcher/schedulers/job_file.h"
#include "src/core/error.h"

namespace weir {
namespace {

constexpr std::string_view infix = ".wave.";

/// The wave that a file in D/run/jobs is of; empty: of none.
std::string wave_of(const std::string& file) {
  const auto at = file.find(infix);
  return at == std::string::npos ? "" : file.substr(0, file.find('.', at + infix.size()));
}

}  // namespace

SlurmWaves::SlurmWaves(StudyDirectory directory, FileSystem& files)
    : directory_(std::move(directory)), files_(files) {}

std::string SlurmWaves::add(const std::vector<std::string>& jobs) {
  std::size_t number = 0;  // above 0 when the same jobs are submitted again
  const auto name = [&] { return jobs.front() + std::string(infix) + std::to_string(number); };
  while (files_.exists(job_file_path(directory_, name()))) ++number;
  write_wave_file(files_, job_file_path(directory_, name()), jobs);
  waves_[name()] = {.jobs = jobs, .open = {jobs.begin(), jobs.end()}};
  return name();
}

void SlurmWaves::drop(const std::string& wave) {
  if (waves_.erase(wave) > 0) remove_file(wave + ".json");
}

std::string SlurmWaves::job_name(const QueueLine& line) {
  const auto task = array_task(line.job);
  if (!task) return line.name;
  auto wave = waves_.find(line.name);
  if (wave == waves_.end()) {
    try {
      const auto jobs = read_wave_file(files_, job_file_path(directory_, line.name));
      if (!jobs) return "";
      wave = waves_.emplace(line.name, Wave{*jobs, {jobs->begin(), jobs->end()}}).first;
    } catch (const Error&) {
      return "";
    }
  }
  const auto& jobs = wave->second.jobs;
  return task->task < jobs.size() ? jobs[task->task] : "";
}

std::size_t SlurmWaves::task_of(const Wave& wave, const std::string& job) {
  return static_cast<std::size_t>(std::find(wave.jobs.begin(), wave.jobs.end(), job) -
                                  wave.jobs.begin());
}

void SlurmWaves::ended(const std::string& job) {
  for (auto entry = waves_.begin(); entry != waves_.end();) {
    auto& [name, wave] = *entry;
    if (wave.open.erase(job) > 0) remove_file(name + ".out." + std::to_string(task_of(wave, job)));
    const bool last = wave.open.empty();
    if (last) remove_file(name + ".json");
    entry = last ? waves_.erase(entry) : std::next(entry);
  }
}

void SlurmWaves::keep(const std::set<std::string>& living) {
  for (auto& [name, wave] : waves_)
    std::erase_if(wave.open, [&](const std::string& job) { return !living.contains(job); });
  std::erase_if(waves_, [](const auto& wave) { return wave.second.open.empty(); });
  for (const auto& file : files_.list(directory_.jobs())) {
    const auto wave = wave_of(file);
    if (!wave.empty() && !waves_.contains(wave)) remove_file(file);
  }
}

/// What somebody wrote into an output stays. A file that cannot be removed costs no more than its
/// place.
void SlurmWaves::remove_file(const std::string& name) {
  const auto path = directory_.jobs() / name;
  try {
    const bool said =
        !name.ends_with(".json") && files_.exists(path) && files_.open(path)->size() > 0;
    if (!said) files_.remove(path);
  } catch (const Error&) {
  }
}

}  // namespace weir
