! The grid and its distribution: which block of the square this rank holds, and how it meets its neighbours.
!
! n × n interior points; point (i, j) lies at x = i h, y = j h with h = length / (n + 1). The first index is x (west to
! east), the second y (south to north): in memory an array u(i, j) is the row-major array [y][x].
module heat_grid
  use mpi_f08
  implicit none
  private
  public :: grid_t, grid_create, grid_free, grid_sum, exchange_halo, gather_field

  integer, parameter, public :: real64 = kind(1.0d0)
  real(real64), parameter, public :: length = 10.0_real64  ! of a side of the square

  type :: grid_t
    type(MPI_Comm) :: comm         ! Cartesian, dimensions (y, x), ranks as in the communicator it was made from
    integer :: n = 0               ! interior points in a direction, over all ranks
    real(real64) :: h = 0          ! distance of two points
    integer :: nx = 0, ny = 0      ! points of this rank
    integer :: x_start = 0, y_start = 0  ! points west and south of this rank's block
    integer :: west = MPI_PROC_NULL, east = MPI_PROC_NULL    ! neighbours; MPI_PROC_NULL at an edge of the square
    integer :: south = MPI_PROC_NULL, north = MPI_PROC_NULL
    integer :: dims(2) = 0         ! blocks in y and in x
    type(MPI_Datatype) :: column   ! values of one x in an array with halo
  end type grid_t

contains

  ! Distributes n × n points over `comm`. `ok` is false, on every rank, when a rank would get no point.
  subroutine grid_create(grid, comm, n, ok)
    type(grid_t), intent(out) :: grid
    type(MPI_Comm), intent(in) :: comm
    integer, intent(in) :: n
    logical, intent(out) :: ok
    integer :: ranks, rank, coords(2), block(4)

    call MPI_Comm_size(comm, ranks)
    call MPI_Dims_create(ranks, 2, grid%dims)
    ok = n >= maxval(grid%dims)
    if (.not. ok) return

    call MPI_Cart_create(comm, 2, grid%dims, [.false., .false.], .false., grid%comm)
    call MPI_Comm_rank(grid%comm, rank)
    call MPI_Cart_coords(grid%comm, rank, 2, coords)
    call MPI_Cart_shift(grid%comm, 0, 1, grid%south, grid%north)
    call MPI_Cart_shift(grid%comm, 1, 1, grid%west, grid%east)
    grid%n = n
    grid%h = length / (n + 1)
    block = block_of(grid, coords)
    grid%x_start = block(1)
    grid%y_start = block(2)
    grid%nx = block(3)
    grid%ny = block(4)
    call MPI_Type_vector(grid%ny, 1, grid%nx + 2, MPI_DOUBLE_PRECISION, grid%column)
    call MPI_Type_commit(grid%column)
  end subroutine grid_create

  subroutine grid_free(grid)
    type(grid_t), intent(inout) :: grid

    call MPI_Type_free(grid%column)
    call MPI_Comm_free(grid%comm)
  end subroutine grid_free

  ! x_start, y_start, nx, ny of the block at (y, x); sizes differ by one at most.
  pure function block_of(grid, coords) result(block)
    type(grid_t), intent(in) :: grid
    integer, intent(in) :: coords(2)
    integer :: block(4), first(2), last(2)

    first = coords * grid%n / grid%dims
    last = (coords + 1) * grid%n / grid%dims
    block = [first(2), first(1), last(2) - first(2), last(1) - first(1)]
  end function block_of

  ! The sum over all ranks, on all ranks.
  function grid_sum(grid, local) result(total)
    type(grid_t), intent(in) :: grid
    real(real64), intent(in) :: local
    real(real64) :: total

    call MPI_Allreduce(local, total, 1, MPI_DOUBLE_PRECISION, MPI_SUM, grid%comm)
  end function grid_sum

  ! Fills the halo of `u` from the neighbours; at an edge of the square it is left as it is.
  subroutine exchange_halo(grid, u)
    type(grid_t), intent(in) :: grid
    real(real64), intent(inout) :: u(0:grid%nx + 1, 0:grid%ny + 1)
    integer, parameter :: tag = 1
    integer :: nx, ny

    nx = grid%nx
    ny = grid%ny
    call MPI_Sendrecv(u(nx, 1), 1, grid%column, grid%east, tag, &
                      u(0, 1), 1, grid%column, grid%west, tag, grid%comm, MPI_STATUS_IGNORE)
    call MPI_Sendrecv(u(1, 1), 1, grid%column, grid%west, tag, &
                      u(nx + 1, 1), 1, grid%column, grid%east, tag, grid%comm, MPI_STATUS_IGNORE)
    call MPI_Sendrecv(u(1, ny), nx, MPI_DOUBLE_PRECISION, grid%north, tag, &
                      u(1, 0), nx, MPI_DOUBLE_PRECISION, grid%south, tag, grid%comm, MPI_STATUS_IGNORE)
    call MPI_Sendrecv(u(1, 1), nx, MPI_DOUBLE_PRECISION, grid%south, tag, &
                      u(1, ny + 1), nx, MPI_DOUBLE_PRECISION, grid%north, tag, grid%comm, MPI_STATUS_IGNORE)
  end subroutine exchange_halo

  ! The whole field on rank 0: there `field` has n × n values, elsewhere none.
  subroutine gather_field(grid, local, field)
    type(grid_t), intent(in) :: grid
    real(real64), intent(in) :: local(grid%nx, grid%ny)
    real(real64), allocatable, intent(out) :: field(:, :)
    integer, parameter :: tag = 2
    integer :: rank, ranks, sender, coords(2), block(4)
    real(real64), allocatable :: values(:, :)

    call MPI_Comm_rank(grid%comm, rank)
    call MPI_Comm_size(grid%comm, ranks)
    if (rank /= 0) then
      allocate(field(0, 0))
      call MPI_Send(local, size(local), MPI_DOUBLE_PRECISION, 0, tag, grid%comm)
      return
    end if
    allocate(field(grid%n, grid%n))
    field(1:grid%nx, 1:grid%ny) = local
    do sender = 1, ranks - 1
      call MPI_Cart_coords(grid%comm, sender, 2, coords)
      block = block_of(grid, coords)
      allocate(values(block(3), block(4)))
      call MPI_Recv(values, size(values), MPI_DOUBLE_PRECISION, sender, tag, grid%comm, MPI_STATUS_IGNORE)
      field(block(1) + 1:block(1) + block(3), block(2) + 1:block(2) + block(4)) = values
      deallocate(values)
    end do
  end subroutine gather_field

end module heat_grid
