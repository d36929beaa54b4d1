! A solver with `use mpi` and no ierr at all but the last: each of the two ranks has two rows of a 4 × 6 array.
program fortran_module
  use, intrinsic :: iso_fortran_env, only: error_unit, real32, real64
  use mpi
  use weir, only: weir_client, weir_init, weir_send, weir_finalize, weir_last_error, WEIR_OK
  implicit none
  type(weir_client) :: client
  real(real32) :: u(6, 2, 1)
  real(real64) :: v(3)
  integer :: rank, step, i, ierr

  call MPI_Init(ierr)
  call MPI_Comm_rank(MPI_COMM_WORLD, rank, ierr)
  call weir_init(MPI_COMM_WORLD, client)
  do step = 0, 2
    u = reshape([(real(1000*step + 12*rank + i, real32), i=0, 11)], shape(u))
    v = [(-real(1000*step + i, real64), i=0, 2)]
    call weir_send(client, 'u', u)
    call weir_send(client, 'v', v(1:3*rank))
  end do
  call weir_finalize(client, ierr)
  if (ierr /= WEIR_OK) then
    write (error_unit, *) weir_last_error()
    error stop 1
  end if
  call MPI_Finalize(ierr)
end program fortran_module
