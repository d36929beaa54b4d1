#pragma once
// Where things lie in a study directory D; the contract is section 3 of the design.

#include <cstddef>
#include <filesystem>
#include <string>

namespace weir {

struct StudyDirectory {
  std::filesystem::path root;

  std::filesystem::path study() const { return root / "study.json"; }
  std::filesystem::path summary() const { return root / "summary.json"; }
  std::filesystem::path parameters() const {
    return root / "parameters.csv";
  }  ///< of adaptive sampling
  std::filesystem::path metrics() const { return root / "metrics.jsonl"; }
  std::filesystem::path servers() const { return root / "servers.jsonl"; }
  std::filesystem::path evaluation() const { return root / "evaluation.json"; }
  std::filesystem::path report() const { return root / "report.html"; }
  std::filesystem::path tensorboard() const { return root / "tensorboard"; }
  std::filesystem::path mlflow() const { return root / "mlflow.json"; }  ///< which run it is
  std::filesystem::path mlruns() const { return root / "mlruns"; }
  std::filesystem::path model() const { return root / "model"; }
  std::filesystem::path checkpoints() const { return root / "checkpoints"; }
  std::filesystem::path lineage(std::size_t rank) const {
    return root / ("lineage." + std::to_string(rank));
  }
  std::filesystem::path logs() const { return root / "logs"; }
  std::filesystem::path run() const { return root / "run"; }
  std::filesystem::path jobs() const { return run() / "jobs"; }  ///< of a batch system
  std::filesystem::path endpoint() const { return run() / "endpoint.json"; }
  std::filesystem::path server_key() const { return run() / "server.key"; }
  std::filesystem::path client_key() const { return run() / "client.key"; }
  std::filesystem::path ledger(std::size_t rank) const {
    return root / ("ledger." + std::to_string(rank));
  }
  std::filesystem::path server_log(std::size_t rank) const {
    return logs() / ("server." + std::to_string(rank) + ".log");
  }
  std::filesystem::path launcher_log() const { return logs() / "launcher.log"; }
  std::filesystem::path simulation_log(std::size_t sim, std::size_t attempt) const {
    return logs() / ("sim." + std::to_string(sim) + "." + std::to_string(attempt) + ".log");
  }
};

}  // namespace weir
