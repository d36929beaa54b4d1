#pragma once
// How a program's ranks are started inside a batch job.

#include <map>
#include <string>
#include <vector>

#include "launcher/schedulers/scheduler.h"

namespace weir {

/// What srun is told besides the number of ranks.
struct SrunOptions {
  std::size_t cores_per_rank = 1;
  std::string mpi;  ///< kind of start that the program's MPI understands; empty: the site's default
};

/// `command` as srun and mpirun are to be given it. Both take an argument ":" for the beginning of
/// another program, so that one with such an argument is told to weir-job, each word behind a '='.
std::vector<std::string> sheltered(const std::vector<std::string>& command);

/// The program that the arguments of `weir-job --exec` stand for.
std::vector<std::string> unsheltered(const std::vector<std::string>& arguments);

/// The argument vector of `request` where a batch system has set the place: under mpirun, under
/// srun, or as it is. Automatic: mpirun from 2 ranks up. Several jobs may share a node, so mpirun
/// binds nothing: what the batch system allows is what a rank gets.
std::vector<std::string> launch_command(const JobRequest& request, const SrunOptions& srun = {});

/// Its environment, with what Open MPI wants where everything runs as root (containers).
std::map<std::string, std::string> launch_environment(const JobRequest& request);

}  // namespace weir
