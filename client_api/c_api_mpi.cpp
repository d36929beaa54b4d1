// weir_init and weir_init_parts: the only calls of the C interface that need MPI's header.

#include "client_api/handle.h"
#include "client_api/mpi_ranks.h"

using namespace weir::client;

extern "C" {

weir_status weir_init(MPI_Comm comm, weir_client** client) {
  return initialise(client, Delivery::gathered,
                    [comm] { return std::make_unique<MpiRanks>(comm); });
}

weir_status weir_init_parts(MPI_Comm comm, weir_client** client) {
  return initialise(client, Delivery::in_parts,
                    [comm] { return std::make_unique<MpiRanks>(comm); });
}

}  // extern "C"
