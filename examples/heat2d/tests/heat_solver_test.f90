! The Fortran solver against what is known exactly. Run with any number of ranks; ends with code 1 when a check fails.
module known_solutions
  use heat_grid
  use heat_solver
  implicit none

  real(real64), parameter :: pi = acos(-1.0_real64)
  real(real64), parameter :: decay = 2 * alpha * (pi / length)**2  ! of the slowest mode; 1/s

contains

  pure function slowest_mode(x, y) result(value)
    real(real64), intent(in) :: x, y
    real(real64) :: value
    value = sin(pi * x / length) * sin(pi * y / length)
  end function slowest_mode

  pure function plane(x, y) result(value)
    real(real64), intent(in) :: x, y
    real(real64) :: value
    value = 100 + 20 * x + 5 * y
  end function plane

  ! What implicit Euler on the five-point stencil makes of the slowest mode in a step.
  pure function discrete_factor(solver) result(factor)
    type(solver_t), intent(in) :: solver
    real(real64) :: factor
    factor = 1 / (1 + 4 * solver%c * (1 - cos(pi * solver%grid%h / length)))
  end function discrete_factor

end module known_solutions

program heat_solver_test
  use mpi_f08
  use heat_grid
  use heat_solver
  use known_solutions
  implicit none
  integer :: failures = 0

  call MPI_Init()
  call decays_as_the_discrete_equation_says()
  call error_falls_with_the_square_of_h()
  call error_falls_with_dt()
  call reaches_the_linear_steady_state()
  call stays_within_the_given_temperatures()
  call gathers_points_where_they_lie()
  call refuses_more_ranks_than_points()
  call MPI_Allreduce(MPI_IN_PLACE, failures, 1, MPI_INTEGER, MPI_SUM, MPI_COMM_WORLD)
  call MPI_Finalize()
  if (failures > 0) stop 1, quiet=.true.

contains

  subroutine check(holds, text, value)
    logical, intent(in) :: holds
    character(*), intent(in) :: text
    real(real64), intent(in) :: value

    if (holds) return
    failures = failures + 1
    print '(3a, es12.4)', 'FAILED: ', text, ': ', value
  end subroutine check

  ! A solver on n × n points that has made `steps` steps from the slowest mode, edges at 0.
  subroutine decayed(solver, n, dt, steps)
    type(solver_t), intent(out) :: solver
    integer, intent(in) :: n, steps
    real(real64), intent(in) :: dt
    integer :: step, iterations
    logical :: ok

    call solver_create(solver, MPI_COMM_WORLD, n, dt, ok)
    call check(ok, 'the solver is made', 0.0_real64)
    call set_initial(solver, slowest_mode)
    do step = 1, steps
      call advance(solver, iterations)
      call check(iterations >= 0, 'conjugate gradients converge', real(iterations, real64))
    end do
  end subroutine decayed

  ! The largest difference over all ranks from amplitude × slowest mode.
  function distance_from_mode(solver, amplitude) result(distance)
    type(solver_t), intent(in) :: solver
    real(real64), intent(in) :: amplitude
    real(real64) :: distance
    type(solver_t) :: exact

    exact = solver
    call set_initial(exact, slowest_mode)
    distance = maxval(abs(solver%u - amplitude * exact%u))
    call MPI_Allreduce(MPI_IN_PLACE, distance, 1, MPI_DOUBLE_PRECISION, MPI_MAX, MPI_COMM_WORLD)
  end function distance_from_mode

  function error_of(n, dt, steps) result(error)
    integer, intent(in) :: n, steps
    real(real64), intent(in) :: dt
    real(real64) :: error
    type(solver_t) :: solver

    call decayed(solver, n, dt, steps)
    error = distance_from_mode(solver, exp(-decay * dt * steps))
    call solver_free(solver)
  end function error_of

  subroutine decays_as_the_discrete_equation_says()
    integer, parameter :: steps = 50
    type(solver_t) :: solver
    real(real64) :: distance

    call decayed(solver, 31, 0.01_real64, steps)
    distance = distance_from_mode(solver, discrete_factor(solver)**steps)
    call check(distance < 1.0e-8_real64, 'decays as the discrete equation says', distance)
    call solver_free(solver)
  end subroutine decays_as_the_discrete_equation_says

  subroutine error_falls_with_the_square_of_h()
    real(real64) :: ratio

    ratio = error_of(15, 1.0e-4_real64, 100) / error_of(31, 1.0e-4_real64, 100)
    call check(abs(ratio - 4) < 0.2_real64, 'half the h, a quarter of the error', ratio)
  end subroutine error_falls_with_the_square_of_h

  subroutine error_falls_with_dt()
    real(real64) :: ratio

    ratio = error_of(127, 0.1_real64, 10) / error_of(127, 0.05_real64, 20)
    call check(abs(ratio - 2) < 0.1_real64, 'half the dt, half the error', ratio)
  end subroutine error_falls_with_dt

  subroutine reaches_the_linear_steady_state()
    type(solver_t) :: solver, exact
    real(real64) :: distance
    integer :: step, iterations
    logical :: ok

    call solver_create(solver, MPI_COMM_WORLD, 20, 1.0e4_real64, ok)
    solver%tolerance = 1.0e-12_real64
    call set_boundary(solver, plane)
    do step = 1, 5
      call advance(solver, iterations)
      call check(iterations >= 0, 'conjugate gradients converge on large steps', real(iterations, real64))
    end do
    exact = solver
    call set_initial(exact, plane)
    distance = maxval(abs(solver%u / exact%u - 1))
    call check(distance < 1.0e-8_real64, 'reaches the plane that the boundary spans', distance)
    call solver_free(solver)
  end subroutine reaches_the_linear_steady_state

  subroutine stays_within_the_given_temperatures()
    type(solver_t) :: solver
    real(real64) :: slack
    integer :: step, iterations
    logical :: ok

    call solver_create(solver, MPI_COMM_WORLD, 25, 0.1_real64, ok)
    call set_temperatures(solver, [300.0_real64, 100.0_real64, 500.0_real64, 250.0_real64, 400.0_real64])
    slack = 500 * 25 * solver%tolerance
    do step = 1, 50
      call advance(solver, iterations)
      call check(minval(solver%u) >= 100 - slack, 'nothing is colder than the coldest side', minval(solver%u))
      call check(maxval(solver%u) <= 500 + slack, 'nothing is warmer than the warmest side', maxval(solver%u))
    end do
    call solver_free(solver)
  end subroutine stays_within_the_given_temperatures

  subroutine gathers_points_where_they_lie()
    type(solver_t) :: solver
    real(real64), allocatable :: field(:, :)
    real(real64) :: difference
    integer :: i, j
    logical :: ok

    call solver_create(solver, MPI_COMM_WORLD, 11, 0.1_real64, ok)
    call set_initial(solver, plane)
    call gather_field(solver%grid, solver%u, field)
    associate (h => solver%grid%h)
      do j = 1, size(field, 2)
        do i = 1, size(field, 1)
          difference = abs(field(i, j) - plane(i * h, j * h))
          call check(difference < 1.0e-9_real64, 'the first index is x, the second y', difference)
        end do
      end do
    end associate
    call solver_free(solver)
  end subroutine gathers_points_where_they_lie

  subroutine refuses_more_ranks_than_points()
    type(solver_t) :: solver
    integer :: ranks
    logical :: ok

    call MPI_Comm_size(MPI_COMM_WORLD, ranks)
    call solver_create(solver, MPI_COMM_WORLD, 1, 0.1_real64, ok)
    call check(ok .eqv. ranks == 1, 'one point cannot be shared', real(ranks, real64))
    if (ok) call solver_free(solver)
  end subroutine refuses_more_ranks_than_points

end program heat_solver_test
