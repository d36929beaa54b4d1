#pragma once
// What is examined: a study, the machine it is started from, and what the batch system says of
// itself; and who examines what.

#include <optional>
#include <string>
#include <vector>

#include "launcher/doctor/check.h"
#include "launcher/doctor/cluster.h"
#include "launcher/schedulers/scheduler.h"

namespace weir {

constexpr Duration answer_within = std::chrono::seconds(20);  ///< of one command

struct Case {
  const Study& study;
  const CheckContext& at;
  std::optional<Cluster> cluster{};  ///< a Slurm that answered
  bool oar_is_here = false;          ///< every node of its OAR is this machine

  const Machine& machine() const { return at.machine; }
  bool trains() const { return at.record.empty(); }
  bool runs_simulations() const { return study.training.source == Source::ensemble; }
  /// Whether a batch system runs the jobs, and not this machine.
  bool batch() const {
    const auto kind = study.launcher.scheduler;
    return kind != SchedulerKind::local && kind != SchedulerKind::local_pool;
  }
  /// Whether the batch system has told which nodes it has.
  bool nodes_known() const { return cluster && !cluster->nodes.empty(); }
  /// Whether jobs may run on other machines than this one.
  bool all_nodes_here(const Cluster& of) const;
  bool elsewhere() const {
    return batch() && !oar_is_here && !(cluster && all_nodes_here(*cluster));
  }
};

/// An error of a study whose jobs run on several machines; a warning where that is not known.
Finding of_several_machines(const Case& subject, Finding error);

/// Which resources a job asks for, and what they are called in the study.
struct JobPlan {
  const char* key;  ///< "launcher.server"
  JobRole role;
  const JobResources& resources;
  std::size_t ranks;
  Launch start;  ///< what starts the ranks: mpirun, srun or nothing (direct)
};

/// The kinds of jobs of the study.
std::vector<JobPlan> job_plans(const Study& study);

/// The key of the study that says what starts the ranks.
const char* launch_key(const JobPlan& plan);

/// The nodes that one job takes, and the cores of each.
std::size_t nodes_of(const JobPlan& plan);
std::size_t cores_per_node(const JobPlan& plan);

// Each looks at one subject, and appends what it found.
void examine_study(const Case& subject, Findings& findings);
void examine_data(const Case& subject, Findings& findings);
void examine_templates(const Case& subject, Findings& findings);
void examine_programs(const Case& subject, Findings& findings);
void examine_mpi(const Case& subject, Findings& findings);
/// Asks the batch system, and keeps its answer in `subject`.
void examine_scheduler(Case& subject, Findings& findings);
/// Whether the ranks that srun starts find each other.
void examine_srun(const Case& subject, Findings& findings);
/// Reservations, accounts and qualities of service.
void examine_admission(const Case& subject, Findings& findings);
void examine_jobs(const Case& subject, Findings& findings);
void examine_network(const Case& subject, Findings& findings);
void examine_memory(const Case& subject, Findings& findings);
void examine_cores(const Case& subject, Findings& findings);
void examine_accelerators(const Case& subject, Findings& findings);
void examine_disk(const Case& subject, Findings& findings);
void examine_study_directory(const Case& subject, Findings& findings);
void examine_limits(const Case& subject, Findings& findings);

}  // namespace weir
