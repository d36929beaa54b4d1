! The solver's own checkpoints: the whole field in files PREFIX.STEP, where STEP is the first step that is still to be
! computed. A run on any number of ranks can go on from them. The C solver writes the same format.
module heat_checkpoint
  use, intrinsic :: iso_c_binding, only: c_char, c_int, c_null_char
  use, intrinsic :: iso_fortran_env, only: int32, int64
  use mpi_f08
  use heat_grid
  use heat_options
  use heat_solver
  implicit none
  private
  public :: write_checkpoint, read_checkpoint, first_step, keep_step

  character(8), parameter :: magic = 'heat2d 1'
  integer(int64), parameter :: header_bytes = 16, value_bytes = 8

  interface
    function c_rename(from, to) bind(c, name='rename') result(status)
      import :: c_char, c_int
      character(kind=c_char), intent(in) :: from(*), to(*)
      integer(c_int) :: status
    end function c_rename
  end interface

contains

  ! Collective; rank 0 writes, to a temporary name first, so that a file is whole or not there. `ok` is false, on every
  ! rank, when it cannot.
  subroutine write_checkpoint(solver, prefix, step, ok)
    type(solver_t), intent(in) :: solver
    character(*), intent(in) :: prefix
    integer, intent(in) :: step
    logical, intent(out) :: ok
    real(real64), allocatable :: field(:, :)
    integer :: rank, status

    call gather_field(solver%grid, solver%u, field)
    call MPI_Comm_rank(solver%grid%comm, rank)
    status = 0
    if (rank == 0) call write_whole(field, file_of(prefix, step), step, status)
    call MPI_Bcast(status, 1, MPI_INTEGER, 0, solver%grid%comm)
    ok = status == 0
  end subroutine write_checkpoint

  subroutine write_whole(field, file, step, status)
    real(real64), intent(in) :: field(:, :)
    character(*), intent(in) :: file
    integer, intent(in) :: step
    integer, intent(out) :: status
    integer :: unit, closed

    open (newunit=unit, file=file // '.part', access='stream', form='unformatted', action='write', status='replace', &
          iostat=status)
    if (status /= 0) return
    write (unit, iostat=status) magic, int([size(field, 1), step], int32), field
    close (unit, iostat=closed)
    if (status == 0) status = closed
    if (status == 0) status = int(c_rename(file // '.part' // c_null_char, file // c_null_char))
  end subroutine write_whole

  ! Collective; reads the newest checkpoint of this grid whose step is at most `latest` into solver%u. `step` is its
  ! step, the same on every rank; 0 when there is none, and u stays as it is.
  subroutine read_checkpoint(solver, prefix, latest, step)
    type(solver_t), intent(inout) :: solver
    character(*), intent(in) :: prefix
    integer, intent(in) :: latest
    integer, intent(out) :: step
    real(real64) :: u(size(solver%u, 1), size(solver%u, 2))
    logical :: ok

    do step = latest, 1, -1
      call read_block(solver%grid, u, file_of(prefix, step), step, ok)
      if (grid_sum(solver%grid, merge(0.0_real64, 1.0_real64, ok)) > 0) cycle
      solver%u = u  ! every rank has it
      return
    end do
    step = 0
  end subroutine read_checkpoint

  subroutine read_block(grid, u, file, step, ok)
    type(grid_t), intent(in) :: grid
    real(real64), intent(out) :: u(:, :)
    character(*), intent(in) :: file
    integer, intent(in) :: step
    logical, intent(out) :: ok
    character(8) :: found
    integer(int32) :: numbers(2)
    integer(int64) :: bytes, row
    integer :: unit, status, j

    ok = .false.
    open (newunit=unit, file=file, access='stream', form='unformatted', action='read', status='old', iostat=status)
    if (status /= 0) return
    inquire (unit=unit, size=bytes)
    row = grid%n*value_bytes
    read (unit, iostat=status) found, numbers
    ok = status == 0 .and. bytes == header_bytes + grid%n*row
    if (ok) ok = found == magic .and. all(numbers == [grid%n, step])
    do j = 1, merge(grid%ny, 0, ok)
      read (unit, pos=1 + header_bytes + (grid%y_start + j - 1)*row + grid%x_start*value_bytes, iostat=status) u(:, j)
      ok = ok .and. status == 0
    end do
    close (unit)
  end subroutine read_block

  ! The first step to compute, from 0: where the newest checkpoint that is not later than `latest` ends, when the options
  ! ask for checkpoints and there is one; 0 otherwise. Collective.
  subroutine first_step(solver, options, latest, step)
    type(solver_t), intent(inout) :: solver
    type(options_t), intent(in) :: options
    integer, intent(in) :: latest
    integer, intent(out) :: step
    integer :: rank

    step = 0
    if (.not. allocated(options%checkpoint)) return
    call read_checkpoint(solver, options%checkpoint, latest, step)
    call MPI_Comm_rank(solver%grid%comm, rank)
    if (rank == 0 .and. step > 0) write (*, '(a, i0)') 'heat2d: goes on from its checkpoint at step ', step
  end subroutine first_step

  ! Writes a checkpoint when the options ask for one at this step; ends the program when it cannot.
  subroutine keep_step(solver, options, step)
    type(solver_t), intent(in) :: solver
    type(options_t), intent(in) :: options
    integer, intent(in) :: step
    logical :: ok

    if (.not. allocated(options%checkpoint)) return
    if (mod(step, options%checkpoint_every) /= 0) return
    call write_checkpoint(solver, options%checkpoint, step, ok)
    if (.not. ok) call stop_run("cannot write the checkpoint '" // file_of(options%checkpoint, step) // "'", 3)
  end subroutine keep_step

  pure function file_of(prefix, step) result(file)
    character(*), intent(in) :: prefix
    integer, intent(in) :: step
    character(:), allocatable :: file
    character(12) :: number

    write (number, '(i0)') step
    file = prefix // '.' // trim(number)
  end function file_of

end module heat_checkpoint
