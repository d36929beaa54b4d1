! The heat equation du/dt = alpha (d²u/dx² + d²u/dy²) with given temperatures on the boundary.
!
! Implicit Euler in time, the five-point stencil in space: each step solves (1 + 4 c) u(i, j) - c (sum of the four
! neighbours) = u_old(i, j), c = alpha dt / h². Values on the boundary go to the right-hand side, so that the matrix
! is symmetric and positive definite, and conjugate gradients (Hestenes and Stiefel, 1952) solve it.
module heat_solver
  use mpi_f08
  use heat_grid
  implicit none
  private
  public :: solver_t, place_function, solver_create, solver_free, set_initial, set_boundary, set_temperatures, advance

  real(real64), parameter, public :: alpha = 1.0_real64
  integer, parameter :: most_iterations = 10000

  type :: solver_t
    type(grid_t) :: grid
    real(real64) :: c = 0                             ! alpha dt / h²
    real(real64) :: tolerance = 1.0e-8_real64         ! of the residual, relative to the right-hand side
    real(real64), allocatable :: u(:, :)              ! temperatures of this rank's points
    real(real64), allocatable :: source(:, :)         ! what the boundary adds to the right-hand side
    real(real64), allocatable, private :: direction(:, :)  ! with halo; 0 on the boundary
    real(real64), allocatable, private :: residual(:, :), image(:, :)
  end type solver_t

  abstract interface
    pure function place_function(x, y) result(value)
      import :: real64
      real(real64), intent(in) :: x, y
      real(real64) :: value
    end function place_function
  end interface

contains

  ! A solver with temperature 0 everywhere. `ok` is false, on every rank, when there are more ranks than the grid can
  ! be cut for.
  subroutine solver_create(solver, comm, n, dt, ok)
    type(solver_t), intent(out) :: solver
    type(MPI_Comm), intent(in) :: comm
    integer, intent(in) :: n
    real(real64), intent(in) :: dt
    logical, intent(out) :: ok

    call grid_create(solver%grid, comm, n, ok)
    if (.not. ok) return
    solver%c = alpha * dt / solver%grid%h**2
    associate (nx => solver%grid%nx, ny => solver%grid%ny)
      allocate(solver%u(nx, ny), solver%source(nx, ny), solver%residual(nx, ny), solver%image(nx, ny), source=0.0_real64)
      allocate(solver%direction(0:nx + 1, 0:ny + 1), source=0.0_real64)
    end associate
  end subroutine solver_create

  subroutine solver_free(solver)
    type(solver_t), intent(inout) :: solver

    call grid_free(solver%grid)
    deallocate(solver%u, solver%source, solver%residual, solver%image, solver%direction)
  end subroutine solver_free

  ! The temperature of every interior point.
  subroutine set_initial(solver, temperature)
    type(solver_t), intent(inout) :: solver
    procedure(place_function) :: temperature
    integer :: i, j

    do j = 1, solver%grid%ny
      do i = 1, solver%grid%nx
        solver%u(i, j) = temperature(x_of(solver%grid, i), y_of(solver%grid, j))
      end do
    end do
  end subroutine set_initial

  ! The temperature of the boundary, asked for at the points beside the interior ones.
  subroutine set_boundary(solver, temperature)
    type(solver_t), intent(inout) :: solver
    procedure(place_function) :: temperature
    integer :: i, j

    associate (grid => solver%grid, source => solver%source, c => solver%c)
      source = 0
      do j = 1, grid%ny
        if (grid%west == MPI_PROC_NULL) source(1, j) = source(1, j) + c * temperature(0.0_real64, y_of(grid, j))
        if (grid%east == MPI_PROC_NULL) source(grid%nx, j) = source(grid%nx, j) + c * temperature(length, y_of(grid, j))
      end do
      do i = 1, grid%nx
        if (grid%south == MPI_PROC_NULL) source(i, 1) = source(i, 1) + c * temperature(x_of(grid, i), 0.0_real64)
        if (grid%north == MPI_PROC_NULL) source(i, grid%ny) = source(i, grid%ny) + c * temperature(x_of(grid, i), length)
      end do
    end associate
  end subroutine set_boundary

  ! One temperature for the interior and one for each side: [initial, west, east, south, north].
  subroutine set_temperatures(solver, temperatures)
    type(solver_t), intent(inout) :: solver
    real(real64), intent(in) :: temperatures(5)

    associate (grid => solver%grid, source => solver%source, added => solver%c * temperatures(2:5))
      solver%u = temperatures(1)
      source = 0
      if (grid%west == MPI_PROC_NULL) source(1, :) = source(1, :) + added(1)
      if (grid%east == MPI_PROC_NULL) source(grid%nx, :) = source(grid%nx, :) + added(2)
      if (grid%south == MPI_PROC_NULL) source(:, 1) = source(:, 1) + added(3)
      if (grid%north == MPI_PROC_NULL) source(:, grid%ny) = source(:, grid%ny) + added(4)
    end associate
  end subroutine set_temperatures

  ! One time step; starts from the temperatures of the last one. `iterations` is negative when it did not converge.
  subroutine advance(solver, iterations)
    type(solver_t), intent(inout) :: solver
    integer, intent(out) :: iterations
    real(real64) :: squared, squared_before, goal, step
    integer :: nx, ny

    nx = solver%grid%nx
    ny = solver%grid%ny
    solver%residual = solver%u + solver%source
    goal = solver%tolerance**2 * grid_sum(solver%grid, sum(solver%residual**2))
    solver%direction(1:nx, 1:ny) = solver%u
    call apply_matrix(solver)
    solver%residual = solver%residual - solver%image
    solver%direction(1:nx, 1:ny) = solver%residual
    squared = grid_sum(solver%grid, sum(solver%residual**2))

    do iterations = 0, most_iterations
      if (squared <= goal) return
      call apply_matrix(solver)
      step = squared / grid_sum(solver%grid, sum(solver%direction(1:nx, 1:ny) * solver%image))
      solver%u = solver%u + step * solver%direction(1:nx, 1:ny)
      solver%residual = solver%residual - step * solver%image
      squared_before = squared
      squared = grid_sum(solver%grid, sum(solver%residual**2))
      solver%direction(1:nx, 1:ny) = solver%residual + (squared / squared_before) * solver%direction(1:nx, 1:ny)
    end do
    iterations = -1
  end subroutine advance

  ! image = matrix × direction.
  subroutine apply_matrix(solver)
    type(solver_t), intent(inout) :: solver
    integer :: i, j

    call exchange_halo(solver%grid, solver%direction)
    associate (p => solver%direction, c => solver%c)
      do j = 1, solver%grid%ny
        do i = 1, solver%grid%nx
          solver%image(i, j) = (1 + 4 * c) * p(i, j) - c * (p(i - 1, j) + p(i + 1, j) + p(i, j - 1) + p(i, j + 1))
        end do
      end do
    end associate
  end subroutine apply_matrix

  pure function x_of(grid, i) result(x)
    type(grid_t), intent(in) :: grid
    integer, intent(in) :: i
    real(real64) :: x

    x = (grid%x_start + i) * grid%h
  end function x_of

  pure function y_of(grid, j) result(y)
    type(grid_t), intent(in) :: grid
    integer, intent(in) :: j
    real(real64) :: y

    y = (grid%y_start + j) * grid%h
  end function y_of

end module heat_solver
