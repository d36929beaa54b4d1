#pragma once
// Which MPI a program is linked with.

#include <filesystem>
#include <string>

#include "launcher/doctor/machine.h"

namespace weir {

/// "Open MPI" or "MPICH" (Intel MPI and Cray's included, which share its ABI), by the libraries
/// that `program` asks for itself; empty: not known.
std::string mpi_family_of(const Machine& machine, const std::filesystem::path& program);

}  // namespace weir
