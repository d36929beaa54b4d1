#include "tests/bench/pytorch_server.h"

#include <nlohmann/json.hpp>

#include "tests/bench/client_processes.h"
#include "tests/bench/program_runs.h"
#include "tests/support/temporary_folder.h"

namespace weir::bench {

double PytorchServer::train(const Study& study, const Solver& solver) const {
  const test::TemporaryFolder folder;
  const std::string endpoint = "ipc://" + (folder / "steps").string();
  ClientProcesses clients(study.simulation.count,
                          [&](std::size_t sim) { return run_bare_solver(solver, endpoint, sim); });
  clients.start();
  const auto number = [](std::size_t value) { return std::to_string(value); };
  std::vector<std::string> command = {python,        WEIR_PYTORCH_SERVER,
                                      "--endpoint",  endpoint,
                                      "--values",    number(study.simulation.sample_size()),
                                      "--batch",     number(study.training.batch),
                                      "--batches",   number(study.training.stop.batches.value()),
                                      "--capacity",  number(study.buffer.capacity),
                                      "--watermark", number(study.buffer.watermark),
                                      "--threads",   number(study.server.threads)};
  if (fused) command.push_back("--fused");
  const std::string output = output_of({command}).front();
  return nlohmann::json::parse(output).at("samples_per_second");
}

}  // namespace weir::bench
