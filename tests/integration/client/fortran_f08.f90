! A solver with `use mpi_f08`, checking ierr: each of the two ranks has three columns of a 4 × 6 array in the study's order,
! in Fortran the rows u(:, 1:4) of its own three columns.
program fortran_f08
  use, intrinsic :: iso_fortran_env, only: error_unit, real32, real64
  use mpi_f08
  use weir
  implicit none
  type(weir_client) :: client
  real(real64) :: u(3, 4), parameters(2)
  real(real32) :: v(3)
  integer :: rank, step, i, j, count, first, ierr
  character(len=8) :: delivery

  call MPI_Init()
  call MPI_Comm_rank(MPI_COMM_WORLD, rank)
  call get_command_argument(1, delivery)
  if (delivery == 'parts') then
    call weir_init_parts(MPI_COMM_WORLD, client, ierr)
  else
    call weir_init(MPI_COMM_WORLD, client, ierr)
  end if
  call check('weir_init')
  call weir_parameters(client, parameters, count, ierr)
  call check('weir_parameters')
  if (count /= 2 .or. any(parameters /= [1.5_real64, -2.0_real64])) error stop 'wrong parameters'
  call weir_resume_step(client, first, ierr)
  call check('weir_resume_step')
  if (first /= 0) error stop 'wrong step'

  call weir_subarray(client, 'u', [6, 4], [3, 4], [3*rank, 0], ierr)
  call check('weir_subarray')
  call weir_send(client, 'w', u, ierr)
  if (ierr /= WEIR_ERROR_ARGUMENT) error stop 'an unknown field was taken'
  if (index(weir_last_error(client), "'w'") == 0) error stop 'the unknown field is not named'
  if (len(weir_strerror(WEIR_ERROR_ARGUMENT)) == 0) error stop 'a status without a sentence'

  do step = 0, 2
    do j = 1, 4
      do i = 1, 3
        u(i, j) = 1000*step + 6*(j - 1) + 3*rank + i - 1
      end do
    end do
    call weir_time(client, 0.25_real64*step, ierr)
    call check('weir_time')
    v = [(-real(1000*step + i, real32), i=0, 2)]
    call weir_send(client, 'u   ', u, ierr)
    call check('weir_send of u')
    if (rank == 0) call weir_send(client, 'v', v(1:2), ierr)
    if (rank == 1) call weir_send(client, 'v', v(3:3), ierr)
    call check('weir_send of v')
  end do
  call weir_finalize(client, ierr)
  call check('weir_finalize')
  call weir_send(client, 'u', u, ierr)
  if (ierr /= WEIR_ERROR_STATE) error stop 'a send after the end was taken'
  call MPI_Finalize()

contains

  subroutine check(call)
    character(len=*), intent(in) :: call
    if (ierr == WEIR_OK) return
    write (error_unit, *) call, ': ', weir_strerror(ierr), ': ', weir_last_error(client)
    error stop 1
  end subroutine check
end program fortran_f08
