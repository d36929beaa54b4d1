! The heat equation on a square, before weir. Parameters are arguments; the last field goes to a file.
program heat2d
  use mpi_f08
  use heat_checkpoint
  use heat_options
  use heat_output
  use heat_solver
  implicit none

  type(options_t) :: options
  type(solver_t) :: solver
  double precision :: temperatures(5) = [300, 100, 200, 300, 400]  ! initial, west, east, south, north; K
  integer :: first, step, iterations
  logical :: ok

  call MPI_Init()
  call read_options(options, temperatures)
  call solver_create(solver, MPI_COMM_WORLD, options%grid, options%dt, ok)
  if (.not. ok) call stop_run('more ranks than the grid can be cut for; use fewer, or a larger --grid', 2)
  call set_temperatures(solver, temperatures)
  call first_step(solver, options, options%steps, first)
  do step = first + 1, options%steps
    call advance(solver, iterations)
    if (iterations < 0) call stop_run('conjugate gradients did not converge; are the temperatures and --dt finite?', 1)
    call keep_step(solver, options, step)
  end do
  if (allocated(options%output)) then
    call write_field(solver%grid, solver%u, options%output, ok)
    if (.not. ok) call stop_run("cannot write '" // options%output // "'", 3)
  end if
  call solver_free(solver)
  call MPI_Finalize()

end program heat2d
