! Value k of step s is 10 s + k.
program solver
  use mpi_f08
  use weir
  implicit none
  type(weir_client) :: client
  double precision :: u(8)
  integer :: step, k, ierr

  call MPI_Init()
  call weir_init(MPI_COMM_WORLD, client, ierr)
  if (ierr /= WEIR_OK) error stop 1
  do step = 0, 4
    u = [(10 * step + k, k = 0, 7)]
    call weir_send(client, 'u', u, ierr)
    if (ierr /= WEIR_OK) error stop 2
  end do
  call weir_finalize(client, ierr)
  if (ierr /= WEIR_OK) error stop 3
  call MPI_Finalize()
end program solver
