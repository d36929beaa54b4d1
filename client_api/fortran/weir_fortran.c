/* The Fortran module's own C functions: they turn a Fortran communicator into a C one. */
#include <weir/client.h>

weir_status weir_init_fortran(MPI_Fint comm, weir_client **client);
weir_status weir_init_parts_fortran(MPI_Fint comm, weir_client **client);

weir_status weir_init_fortran(MPI_Fint comm, weir_client **client) {
  return weir_init(MPI_Comm_f2c(comm), client);
}

weir_status weir_init_parts_fortran(MPI_Fint comm, weir_client **client) {
  return weir_init_parts(MPI_Comm_f2c(comm), client);
}
