#include "tests/bench/program_runs.h"

#include <chrono>
#include <optional>

#include <nlohmann/json.hpp>

#include "src/core/error.h"
#include "src/core/file_system.h"
#include "src/core/process.h"
#include "src/study/parse.h"
#include "tests/bench/client_processes.h"
#include "tests/support/temporary_folder.h"

namespace weir::bench {
namespace {

constexpr auto deadline = std::chrono::minutes(2);

ProcessRequest request_of(const std::vector<std::string>& command, const std::string& folder,
                          std::size_t number) {
  const std::string name = folder + "/" + std::to_string(number);
  return {.command = command,
          .environment = {{"OMP_NUM_THREADS", "1"},  // the same for all: what the study says
                          {"OPENBLAS_NUM_THREADS", "1"},
                          {"OMPI_ALLOW_RUN_AS_ROOT", "1"},
                          {"OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"}},
          .directory = {},
          .log = name + ".out",
          .errors = name + ".err"};
}

std::string read(const std::string& path) {
  return posix_file_system().exists(path) ? posix_file_system().read(path) : std::string();
}

std::vector<std::string> command_of(const std::string& study, const std::string& folder,
                                    std::size_t ranks) {
  std::vector<std::string> command;
  if (ranks > 1)
    command = {"mpirun", "-n", std::to_string(ranks), "--oversubscribe", "--bind-to", "none"};
  command.insert(command.end(), {WEIR_BENCH_TRAINER, study, folder});
  return command;
}

}  // namespace

std::vector<std::string> output_of(const std::vector<std::vector<std::string>>& commands) {
  const test::TemporaryFolder folder;
  std::vector<Process> processes;
  for (const auto& command : commands)
    processes.push_back(Process::spawn(request_of(command, folder.path(), processes.size())));
  std::vector<std::string> outputs;
  for (Process& process : processes) {
    const std::string name = (folder / std::to_string(outputs.size())).string();
    const auto end = process.wait(deadline);
    if (!end || !end->ok())
      throw Error(ErrorKind::study, commands[outputs.size()].front() + ": " +
                                        (end ? end->describe() : "has not ended in time") + "\n" +
                                        read(name + ".out") + read(name + ".err"));
    outputs.push_back(read(name + ".out"));
  }
  return outputs;
}

std::vector<TrainerFigures> resident_training(const Study& study, std::size_t ranks,
                                              std::size_t copies) {
  const test::TemporaryFolder folder;
  const std::string file = (folder / "study.json").string();
  posix_file_system().replace(file, write_study(study), 0600);
  std::vector<std::vector<std::string>> commands;
  for (std::size_t copy = 0; copy < copies; ++copy) {
    const auto own = folder / std::to_string(copy);
    posix_file_system().make_directories(own, 0700);
    commands.push_back(command_of(file, own.string(), ranks));
  }
  std::vector<TrainerFigures> all;
  for (const std::string& output : output_of(commands)) {
    const auto json = nlohmann::json::parse(output);
    all.push_back(
        {json.at("samples_per_second"), json.at("with_start"), json.at("sums"), json.at("words")});
  }
  return all;
}

double live_training(const Study& study,
                     const std::function<int(const StudyDirectory&, std::size_t)>& client) {
  const test::TemporaryFolder folder;
  const StudyDirectory directory{folder / "D"};
  posix_file_system().make_directories(directory.root, 0700);
  const std::string file = (folder / "study.json").string();
  posix_file_system().replace(file, write_study(study), 0600);
  ClientProcesses clients(study.simulation.count,
                          [&](std::size_t sim) { return client(directory, sim); });
  clients.start();  // they wait for the server's endpoint file
  output_of({{WEIR_SERVER, file, "--output", directory.root.string()}});
  const auto summary = nlohmann::json::parse(posix_file_system().read(directory.summary()));
  return summary.at("samples_per_second").at("mean");
}

}  // namespace weir::bench
