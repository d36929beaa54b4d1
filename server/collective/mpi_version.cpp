#include "server/collective/mpi_version.h"

#include <mpi.h>

namespace weir {

std::string mpi_version() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING] = {};
  int length = 0;
  if (MPI_Get_library_version(text, &length) != MPI_SUCCESS) return "";
  const std::string whole = text;
  return whole.substr(0, whole.find_first_of(",\n"));
}

}  // namespace weir
