! The heat equation on a square, with weir. Parameters come from the study; every step goes to the training server.
program heat2d
  use mpi_f08
  use heat_checkpoint
  use heat_options
  use heat_output
  use heat_solver
  use weir
  implicit none

  type(options_t) :: options
  type(solver_t) :: solver
  type(weir_client) :: client
  double precision :: temperatures(5)  ! initial, west, east, south, north; K
  integer :: first, step, iterations, count, kept, ierr
  logical :: ok

  call MPI_Init()
  call read_options(options)
  call weir_init(MPI_COMM_WORLD, client, ierr)
  call require(ierr)
  call weir_parameters(client, temperatures, count, ierr)
  if (ierr == WEIR_OK .and. count < 5) call stop_run('the study must have five parameters: five temperatures', 1)
  call require(ierr)
  call solver_create(solver, MPI_COMM_WORLD, options%grid, options%dt, ok)
  if (.not. ok) call stop_run('more ranks than the grid can be cut for; use fewer, or a larger --grid', 2)
  call set_temperatures(solver, temperatures)
  associate (g => solver%grid)
    call weir_subarray(client, 'temperature', [g%n, g%n], [g%nx, g%ny], [g%x_start, g%y_start], ierr)
    call require(ierr)
  end associate
  call weir_resume_step(client, kept, ierr)
  call require(ierr)
  call first_step(solver, options, kept, first)
  call weir_start_at(client, first, ierr)
  call require(ierr)
  do step = first + 1, options%steps
    call advance(solver, iterations)
    if (iterations < 0) call stop_run('conjugate gradients did not converge; are the temperatures and --dt finite?', 1)
    call weir_send(client, 'temperature', solver%u, ierr)
    call require(ierr)
    call keep_step(solver, options, step)
  end do
  call weir_finalize(client, ierr)
  call require(ierr)
  if (allocated(options%output)) then
    call write_field(solver%grid, solver%u, options%output, ok)
    if (.not. ok) call stop_run("cannot write '" // options%output // "'", 3)
  end if
  call solver_free(solver)
  call MPI_Finalize()

contains

  ! weir gives all ranks the same status, so that they end together.
  subroutine require(status)
    integer, intent(in) :: status

    if (status /= WEIR_OK) call stop_run('weir: ' // weir_last_error(client), 1)
  end subroutine require

end program heat2d
