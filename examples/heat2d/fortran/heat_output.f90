! The whole field as text: a line for each y from south to north, in it the values from west to east.
module heat_output
  use mpi_f08
  use heat_grid
  implicit none
  private
  public :: write_field

contains

  ! Collective; rank 0 writes. `ok` is false, on every rank, when the file cannot be written.
  subroutine write_field(grid, local, file, ok)
    type(grid_t), intent(in) :: grid
    real(real64), intent(in) :: local(:, :)
    character(*), intent(in) :: file
    logical, intent(out) :: ok
    real(real64), allocatable :: field(:, :)
    integer :: rank, status

    call gather_field(grid, local, field)
    call MPI_Comm_rank(grid%comm, rank)
    status = 0
    if (rank == 0) call write_lines(field, file, status)
    call MPI_Bcast(status, 1, MPI_INTEGER, 0, grid%comm)
    ok = status == 0
  end subroutine write_field

  subroutine write_lines(field, file, status)
    real(real64), intent(in) :: field(:, :)
    character(*), intent(in) :: file
    integer, intent(out) :: status
    integer :: unit, j

    open (newunit=unit, file=file, action='write', status='replace', iostat=status)
    if (status /= 0) return
    do j = 1, size(field, 2)
      write (unit, '(*(es24.16e3, 1x))', iostat=status) field(:, j)
      if (status /= 0) exit
    end do
    if (status /= 0) then
      close (unit)
    else
      close (unit, iostat=status)
    end if
  end subroutine write_lines

end module heat_output
