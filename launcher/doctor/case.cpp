#include "launcher/doctor/case.h"

#include <algorithm>

namespace weir {
namespace {

std::size_t divided_up(std::size_t a, std::size_t b) { return (a + b - 1) / b; }

bool is_loopback(const std::string& address) {
  return address.starts_with("127.") || address == "::1" || address == "localhost";
}

/// As the back ends decide it.
Launch started_by(SchedulerKind kind, Launch wanted, bool has_ranks) {
  if (kind == SchedulerKind::slurm_steps)
    return wanted == Launch::mpirun ? Launch::mpirun : Launch::srun;
  if (wanted != Launch::automatic) return wanted;
  if (!has_ranks) return Launch::direct;
  const bool slurm = kind == SchedulerKind::slurm || kind == SchedulerKind::slurm_pool;
  return slurm ? Launch::srun : Launch::mpirun;
}

}  // namespace

bool Case::all_nodes_here(const Cluster& of) const {
  const auto here = machine().addresses();
  const auto is_here = [&](const std::string& address) {
    return is_loopback(address) || address == machine().host() ||
           std::any_of(here.begin(), here.end(),
                       [&](const auto& one) { return one.address == address; });
  };
  const auto& nodes = of.nodes;
  return !nodes.empty() &&
         std::all_of(nodes.begin(), nodes.end(), [&](const auto& n) { return is_here(n.address); });
}

Finding of_several_machines(const Case& subject, Finding error) {
  if (!subject.nodes_known()) error.severity = Severity::warning;
  return error;
}

std::vector<JobPlan> job_plans(const Study& study) {
  const auto& launcher = study.launcher;
  const auto kind = launcher.scheduler;
  const auto& server = study.server;
  const auto& simulation = study.simulation;
  std::vector<JobPlan> plans = {{"launcher.server", JobRole::server, launcher.server, server.ranks,
                                 started_by(kind, server.launch, /*has_ranks=*/true)}};
  if (study.training.source == Source::ensemble)
    plans.push_back({"launcher.clients", JobRole::simulation, launcher.clients, simulation.ranks,
                     started_by(kind, simulation.launch, simulation.ranks > 1)});
  return plans;
}

const char* launch_key(const JobPlan& plan) {
  return plan.role == JobRole::server ? "server.launch" : "simulation.launch";
}

std::size_t nodes_of(const JobPlan& plan) { return std::max<std::size_t>(plan.resources.nodes, 1); }

std::size_t cores_per_node(const JobPlan& plan) {
  // Without a number of nodes the batch system spreads the ranks as it likes.
  if (plan.resources.nodes == 0) return plan.resources.cores_per_rank;
  return divided_up(plan.ranks, plan.resources.nodes) * plan.resources.cores_per_rank;
}

}  // namespace weir
