#include "launcher/check.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "launcher/memory_need.h"

namespace weir {
namespace {

Finding ok(std::string subject, std::string text) {
  return {Severity::ok, std::move(subject), std::move(text), {}};
}
Finding warning(std::string subject, std::string text) {
  return {Severity::warning, std::move(subject), std::move(text), {}};
}
Finding wrong_study(std::string subject, std::string text) {
  return {Severity::error, std::move(subject), std::move(text), ErrorKind::input};
}
Finding wrong_environment(std::string subject, std::string text) {
  return {Severity::error, std::move(subject), std::move(text), ErrorKind::environment};
}

std::string quoted(const std::string& text) {
  std::string result = "'";
  return result.append(text).append("'");
}

std::string size_text(double bytes) {
  std::array<char, 32> text{};
  const bool large = bytes >= 1024.0 * 1024 * 1024;
  std::snprintf(text.data(), text.size(), large ? "%.1f GiB" : "%.1f MiB",
                bytes / (1024.0 * 1024) / (large ? 1024 : 1));
  return text.data();
}

bool runs_simulations(const Study& study) { return study.training.source == Source::ensemble; }

Finding check_summary(const Study& study) {
  if (!runs_simulations(study)) return ok("study", quoted(study.name) + " trains from a data set");
  return ok("study", quoted(study.name) + ": " + std::to_string(study.simulation.count) +
                         " simulations of " + std::to_string(study.simulation.steps) + " steps");
}

Finding check_program(const Study& study, const Machine& machine) {
  const auto& program = study.simulation.command.at(0);
  if (const auto found = machine.find_program(program)) return ok("simulation", found->string());
  if (machine.is_file(program))
    return wrong_environment(
        "simulation", quoted(program) + " (simulation.command) is not executable; chmod +x it");
  return wrong_environment("simulation",
                           "there is no program " + quoted(program) +
                               " (simulation.command); build it, or give its path, taken "
                               "from the study file's folder");
}

Finding check_mpirun(const Machine& machine) {
  if (const auto found = machine.find_program("mpirun")) return ok("mpirun", found->string());
  return wrong_environment("mpirun",
                           "there is no mpirun in PATH; install Open MPI or load its module");
}

Finding check_server(const CheckContext& context) {
  if (context.machine.is_executable(context.server)) return ok("server", context.server.string());
  return wrong_environment("server", "there is no program " + quoted(context.server.string()) +
                                         "; build or install it beside weir");
}

Finding check_memory(const Study& study, const Machine& machine) {
  const auto need = memory_need(study);
  const auto free = static_cast<double>(machine.free_memory());
  const std::string text = size_text(need.slab) + " for the buffer and " + size_text(need.model) +
                           " for the model, " + size_text(free) + " free";
  if (need.total() <= free) return ok("memory", text);
  const auto capacity = capacity_that_fits(study, free);
  if (capacity == 0)
    return wrong_environment(
        "memory", text + "; not even a buffer of one sample fits, so take a smaller model");
  return wrong_environment("memory", text + "; a buffer.capacity of " + std::to_string(capacity) +
                                         " instead of " + std::to_string(study.buffer.capacity) +
                                         " would fit");
}

Finding check_disk(const Study& study, const CheckContext& context) {
  const auto& place = context.record.empty() ? context.output : context.record;
  const auto free = context.machine.free_disk(place);
  if (!free)
    return warning("disk", "the free space for " + quoted(place.string()) + " is not known");
  const double need = disk_need(study, !context.record.empty());
  const std::string text = "about " + size_text(need) + " are needed at " + quoted(place.string()) +
                           ", " + size_text(static_cast<double>(*free)) + " are free";
  if (need <= static_cast<double>(*free)) return ok("disk", text);
  return wrong_environment("disk",
                           "no space left: " + text + "; make room, or choose another place");
}

Finding check_data_set(const std::string& key, const std::filesystem::path& path,
                       const Machine& machine) {
  if (!machine.is_file(path))
    return wrong_study(key, "there is no data set " + quoted(path.string()) +
                                "; make it with `weir generate`, or correct " + key);
  if (!machine.is_hdf5(path))
    return wrong_study(key, quoted(path.string()) + " is not an HDF5 file; correct " + key);
  return ok(key, path.string());
}

Finding check_list(const Study& study, const Machine& machine) {
  const auto& path = study.sampling.file;
  if (machine.is_file(path)) return ok("sampling.file", path.string());
  return wrong_study("sampling.file",
                     "there is no file " + quoted(path.string()) + "; correct sampling.file");
}

Finding check_cores(const Study& study, const Machine& machine) {
  const auto server = study.server.ranks * study.server.threads;
  const auto simulations =
      runs_simulations(study) ? study.launcher.jobs * study.simulation.ranks : 0;
  const std::string text = "server " + std::to_string(server) + ", simulations " +
                           std::to_string(simulations) + " at a time, here " +
                           std::to_string(machine.cores());
  if (server + simulations <= machine.cores()) return ok("cores", text);
  return warning("cores", text + "; they will share cores, fewer launcher.jobs may be faster");
}

}  // namespace

std::vector<Finding> check_study(const Study& study, const CheckContext& context) {
  const auto& machine = context.machine;
  const bool trains = context.record.empty();
  std::vector<Finding> findings = {check_summary(study)};
  if (runs_simulations(study)) findings.push_back(check_program(study, machine));
  if (runs_simulations(study) && study.sampling.design == DesignKind::list)
    findings.push_back(check_list(study, machine));
  if (!runs_simulations(study))
    findings.push_back(check_data_set("training.dataset", study.training.dataset, machine));
  if (trains && !study.validation.dataset.empty())
    findings.push_back(check_data_set("validation.dataset", study.validation.dataset, machine));
  findings.push_back(check_server(context));
  findings.push_back(check_mpirun(machine));
  findings.push_back(check_memory(study, machine));
  findings.push_back(check_disk(study, context));
  findings.push_back(check_cores(study, machine));
  return findings;
}

int exit_code_of(const std::vector<Finding>& findings) {
  int code = 0;
  for (const auto& finding : findings) {
    if (finding.severity != Severity::error) continue;
    if (finding.kind == ErrorKind::input) return static_cast<int>(ErrorKind::input);
    code = static_cast<int>(ErrorKind::environment);
  }
  return code;
}

std::string line_of(const Finding& finding) {
  constexpr const char* words[] = {"ok      ", "warning ", "error   "};
  return words[static_cast<std::size_t>(finding.severity)] + finding.subject + ": " + finding.text;
}

}  // namespace weir
