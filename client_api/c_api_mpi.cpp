// weir_init: the only call of the C interface that needs MPI's header.

#include "client_api/handle.h"
#include "client_api/mpi_ranks.h"

extern "C" weir_status weir_init(MPI_Comm comm, weir_client** client) {
  return weir::client::initialise(
      client, [comm] { return std::make_unique<weir::client::MpiRanks>(comm); });
}
