#include "launcher/doctor/mpi_family.h"

namespace weir {
namespace {

std::string family_of_library(const std::string& library) {
  const auto is = [&](const char* start) { return library.starts_with(start); };
  if (is("libmpich") || is("libmpi.so.12") || is("libmpifort.so.12") || is("libmpi_cray") ||
      is("libmpi_gnu"))
    return "MPICH";
  const bool open = is("libmpi.so.") || is("libmpi_mpifh.so") || is("libmpi_usempif08.so") ||
                    is("libmpi_cxx.so") || is("libopen-rte.so");
  return open ? "Open MPI" : "";
}

}  // namespace

std::string mpi_family_of(const Machine& machine, const std::filesystem::path& program) {
  for (const auto& library : machine.needed_libraries(program))
    if (const auto family = family_of_library(library); !family.empty()) return family;
  return "";
}

}  // namespace weir
