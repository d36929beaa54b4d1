! Command lines of the solvers, and the orderly end when one is wrong.
module heat_options
  use, intrinsic :: iso_fortran_env, only: error_unit
  use mpi_f08
  use heat_grid, only: real64
  implicit none
  private
  public :: options_t, read_options, stop_run

  type :: options_t
    integer :: grid = 100                ! interior points in a direction
    integer :: steps = 100
    real(real64) :: dt = 0.01_real64     ! s
    character(:), allocatable :: output      ! file for the last field; unallocated: none
    character(:), allocatable :: checkpoint  ! prefix of the solver's own checkpoints; unallocated: none
    integer :: checkpoint_every = 10         ! steps
  end type options_t

contains

  ! Reads the arguments; a wrong one ends the program with code 2. With `temperatures` ([initial, west, east, south,
  ! north], its values are the defaults) the five options of these names are taken too.
  subroutine read_options(options, temperatures)
    type(options_t), intent(out) :: options
    real(real64), optional, intent(inout) :: temperatures(5)
    integer :: k
    character(:), allocatable :: name, value

    do k = 1, command_argument_count(), 2
      name = argument(k)
      if (name == '--help') call stop_run(usage(present(temperatures)), 0)
      if (k == command_argument_count()) call stop_run("'" // name // "' wants a value, or is no option" // new_line('a') &
                                                       // usage(present(temperatures)), 2)
      value = argument(k + 1)
      select case (name)
      case ('--grid'); options%grid = positive_integer(name, value)
      case ('--steps'); options%steps = positive_integer(name, value)
      case ('--dt')
        options%dt = number(name, value)
        if (options%dt <= 0) call stop_run("--dt is '" // value // "'; it must be above 0", 2)
      case ('--output'); options%output = value
      case ('--checkpoint'); options%checkpoint = value
      case ('--checkpoint-every'); options%checkpoint_every = positive_integer(name, value)
      case default
        if (.not. present(temperatures)) call unknown_option(name, .false.)
        call read_temperature(name, value, temperatures)
      end select
    end do
  end subroutine read_options

  subroutine read_temperature(name, value, temperatures)
    character(*), intent(in) :: name, value
    real(real64), intent(inout) :: temperatures(5)

    select case (name)
    case ('--initial'); temperatures(1) = number(name, value)
    case ('--west'); temperatures(2) = number(name, value)
    case ('--east'); temperatures(3) = number(name, value)
    case ('--south'); temperatures(4) = number(name, value)
    case ('--north'); temperatures(5) = number(name, value)
    case default; call unknown_option(name, .true.)
    end select
  end subroutine read_temperature

  ! Ends the program, called by every rank: rank 0 says `message`, on standard error unless `code` is 0.
  subroutine stop_run(message, code)
    use, intrinsic :: iso_fortran_env, only: output_unit
    character(*), intent(in) :: message
    integer, intent(in) :: code
    integer :: rank

    call MPI_Comm_rank(MPI_COMM_WORLD, rank)
    if (rank == 0) write (merge(output_unit, error_unit, code == 0), '(2a)') 'heat2d: ', message
    call MPI_Finalize()
    stop code, quiet=.true.
  end subroutine stop_run

  subroutine unknown_option(name, with_temperatures)
    character(*), intent(in) :: name
    logical, intent(in) :: with_temperatures

    call stop_run("unknown option '" // name // "'" // new_line('a') // usage(with_temperatures), 2)
  end subroutine unknown_option

  function usage(with_temperatures) result(text)
    logical, intent(in) :: with_temperatures
    character(:), allocatable :: text

    text = 'options: --grid N (100), --steps T (100), --dt SECONDS (0.01), --output FILE, --checkpoint PREFIX, ' // &
           '--checkpoint-every STEPS (10)'
    if (with_temperatures) text = text // ', --initial K, --west K, --east K, --south K, --north K'
  end function usage

  function argument(k) result(text)
    integer, intent(in) :: k
    character(:), allocatable :: text
    integer :: length

    call get_command_argument(k, length=length)
    allocate(character(length) :: text)
    call get_command_argument(k, text)
  end function argument

  function number(name, value) result(parsed)
    character(*), intent(in) :: name, value
    real(real64) :: parsed
    integer :: status

    parsed = 0
    status = verify(value, '0123456789+-.eEdD')
    if (status == 0) read (value, *, iostat=status) parsed
    if (status /= 0) call stop_run(name // " is '" // value // "'; it must be a number", 2)
  end function number

  function positive_integer(name, value) result(parsed)
    character(*), intent(in) :: name, value
    integer :: parsed
    integer :: status

    parsed = 0
    status = verify(value, '0123456789')
    if (status == 0) read (value, *, iostat=status) parsed
    if (status /= 0 .or. parsed < 1) call stop_run(name // " is '" // value // "'; it must be a whole number above 0", 2)
  end function positive_integer

end module heat_options
