!> weir client API for Fortran: streams the time steps of a simulation to a weir training server.
!>
!> The calls are those of weir/client.h, which says what each one does and which errors it returns. What differs:
!>  1. Names are ordinary strings; trailing blanks do not count.
!>  2. Every subroutine ends with an optional `ierr`, a default integer: WEIR_OK (0) or one of WEIR_ERROR_…. Without it
!>     an error is kept in the client: the call returns, later calls do nothing (WEIR_ERROR_STATE) and weir_finalize
!>     tells the first error again. weir never stops the program and never prints, so a program that gives `ierr`
!>     nowhere computes on when its server is lost.
!>  3. Extents and starts of weir_subarray are in Fortran's order, first index first; starts count from 0, as in
!>     MPI_Type_create_subarray. The study's shape has the same extents the other way round (row-major).
!>  4. weir_init and weir_init_parts take type(MPI_Comm) (use mpi_f08) or an integer communicator (use mpi, include 'mpif.h').
module weir
  use, intrinsic :: iso_c_binding, only: c_associated, c_char, c_double, c_float, c_f_pointer, c_int, c_null_char, &
                                         c_null_ptr, c_ptr, c_size_t
  use, intrinsic :: iso_fortran_env, only: real32, real64
  use mpi_f08, only: MPI_Comm
  implicit none
  private

  public :: weir_client, weir_init, weir_init_parts, weir_init_serial, weir_parameters, weir_resume_step, weir_start_at, &
            weir_time, weir_subarray, weir_send, weir_finalize, weir_strerror, weir_last_error

  integer, parameter, public :: WEIR_OK = 0, WEIR_ERROR_ARGUMENT = 1, WEIR_ERROR_ENVIRONMENT = 2, &
                                WEIR_ERROR_TIMEOUT = 3, WEIR_ERROR_REJECTED = 4, WEIR_ERROR_SIZE = 5, &
                                WEIR_ERROR_STEPS = 6, WEIR_ERROR_STATE = 7, WEIR_ERROR_MPI = 8, &
                                WEIR_ERROR_MEMORY = 9, WEIR_ERROR_INTERNAL = 10

  !> A client; made by weir_init, weir_init_parts or weir_init_serial, freed by weir_finalize. Copies of it are the same client.
  type :: weir_client
    private
    type(c_ptr) :: handle = c_null_ptr
  end type weir_client

  !> call weir_init(comm, client [, ierr]): collective over `comm`.
  interface weir_init
    module procedure init_f08, init_integer
  end interface weir_init

  !> call weir_init_parts(comm, client [, ierr]): the same without the gather: each rank sends its own part.
  interface weir_init_parts
    module procedure init_parts_f08, init_parts_integer
  end interface weir_init_parts

  !> call weir_send(client, field, values [, ierr]): the next step of `field`; `values` is a real32 or real64 array of
  !> rank 1, 2 or 3, all of it (a section that is not contiguous is copied by the compiler).
  interface weir_send
    module procedure send_real64_1, send_real64_2, send_real64_3, send_real32_1, send_real32_2, send_real32_3
  end interface weir_send

  interface
    function c_init(comm, client) bind(c, name="weir_init_fortran") result(status)
      import :: c_int, c_ptr
      integer(c_int), value :: comm
      type(c_ptr), intent(inout) :: client
      integer(c_int) :: status
    end function c_init

    function c_init_parts(comm, client) bind(c, name="weir_init_parts_fortran") result(status)
      import :: c_int, c_ptr
      integer(c_int), value :: comm
      type(c_ptr), intent(inout) :: client
      integer(c_int) :: status
    end function c_init_parts

    function c_init_serial(client) bind(c, name="weir_init_serial") result(status)
      import :: c_int, c_ptr
      type(c_ptr), intent(inout) :: client
      integer(c_int) :: status
    end function c_init_serial

    function c_parameters(client, capacity, values, count) bind(c, name="weir_parameters") result(status)
      import :: c_double, c_int, c_ptr, c_size_t
      type(c_ptr), value :: client
      integer(c_size_t), value :: capacity
      real(c_double), intent(inout) :: values(*)
      integer(c_size_t), intent(inout) :: count
      integer(c_int) :: status
    end function c_parameters

    function c_resume_step(client, step) bind(c, name="weir_resume_step") result(status)
      import :: c_int, c_ptr, c_size_t
      type(c_ptr), value :: client
      integer(c_size_t), intent(inout) :: step
      integer(c_int) :: status
    end function c_resume_step

    function c_start_at(client, step) bind(c, name="weir_start_at") result(status)
      import :: c_int, c_ptr, c_size_t
      type(c_ptr), value :: client
      integer(c_size_t), value :: step
      integer(c_int) :: status
    end function c_start_at

    function c_time(client, time) bind(c, name="weir_time") result(status)
      import :: c_double, c_int, c_ptr
      type(c_ptr), value :: client
      real(c_double), value :: time
      integer(c_int) :: status
    end function c_time

    function c_subarray(client, field, dimensions, global, local, start) bind(c, name="weir_subarray") result(status)
      import :: c_char, c_int, c_ptr, c_size_t
      type(c_ptr), value :: client
      character(kind=c_char), intent(in) :: field(*)
      integer(c_size_t), value :: dimensions
      integer(c_size_t), intent(in) :: global(*), local(*), start(*)
      integer(c_int) :: status
    end function c_subarray

    function c_send(client, field, values, count) bind(c, name="weir_send") result(status)
      import :: c_char, c_double, c_int, c_ptr, c_size_t
      type(c_ptr), value :: client
      character(kind=c_char), intent(in) :: field(*)
      real(c_double), intent(in) :: values(*)
      integer(c_size_t), value :: count
      integer(c_int) :: status
    end function c_send

    function c_send_float(client, field, values, count) bind(c, name="weir_send_float") result(status)
      import :: c_char, c_float, c_int, c_ptr, c_size_t
      type(c_ptr), value :: client
      character(kind=c_char), intent(in) :: field(*)
      real(c_float), intent(in) :: values(*)
      integer(c_size_t), value :: count
      integer(c_int) :: status
    end function c_send_float

    function c_finalize(client) bind(c, name="weir_finalize") result(status)
      import :: c_int, c_ptr
      type(c_ptr), intent(inout) :: client
      integer(c_int) :: status
    end function c_finalize

    function c_strerror(status) bind(c, name="weir_strerror") result(text)
      import :: c_int, c_ptr
      integer(c_int), value :: status
      type(c_ptr) :: text
    end function c_strerror

    function c_last_error(client) bind(c, name="weir_last_error") result(text)
      import :: c_ptr
      type(c_ptr), value :: client
      type(c_ptr) :: text
    end function c_last_error

    pure function c_strlen(text) bind(c, name="strlen") result(length)
      import :: c_ptr, c_size_t
      type(c_ptr), value :: text
      integer(c_size_t) :: length
    end function c_strlen
  end interface

contains

  subroutine init_f08(comm, client, ierr)
    type(MPI_Comm), intent(in) :: comm
    type(weir_client), intent(out) :: client
    integer, intent(out), optional :: ierr
    call tell(c_init(int(comm%mpi_val, c_int), client%handle), ierr)
  end subroutine init_f08

  subroutine init_integer(comm, client, ierr)
    integer, intent(in) :: comm
    type(weir_client), intent(out) :: client
    integer, intent(out), optional :: ierr
    call tell(c_init(int(comm, c_int), client%handle), ierr)
  end subroutine init_integer

  subroutine init_parts_f08(comm, client, ierr)
    type(MPI_Comm), intent(in) :: comm
    type(weir_client), intent(out) :: client
    integer, intent(out), optional :: ierr
    call tell(c_init_parts(int(comm%mpi_val, c_int), client%handle), ierr)
  end subroutine init_parts_f08

  subroutine init_parts_integer(comm, client, ierr)
    integer, intent(in) :: comm
    type(weir_client), intent(out) :: client
    integer, intent(out), optional :: ierr
    call tell(c_init_parts(int(comm, c_int), client%handle), ierr)
  end subroutine init_parts_integer

  !> For a program without MPI.
  subroutine weir_init_serial(client, ierr)
    type(weir_client), intent(out) :: client
    integer, intent(out), optional :: ierr
    call tell(c_init_serial(client%handle), ierr)
  end subroutine weir_init_serial

  !> `count` becomes how many parameters the study has; `values` may be larger, and the rest of it stays as it was.
  !> An array of size 0 asks for the count alone.
  subroutine weir_parameters(client, values, count, ierr)
    type(weir_client), intent(in) :: client
    real(real64), contiguous, intent(inout) :: values(:)
    integer, intent(out), optional :: count
    integer, intent(out), optional :: ierr
    integer(c_size_t) :: found
    integer(c_int) :: status
    found = 0
    status = WEIR_ERROR_STATE
    if (c_associated(client%handle)) status = c_parameters(client%handle, size(values, kind=c_size_t), values, found)
    if (present(count)) count = int(found)
    call tell(status, ierr)
  end subroutine weir_parameters

  !> `step`: the first step, from 0, that is not durable on the server. A step is the solver's, one for each weir_send
  !> of a field; with the study's stride, of so many only the first is sent, and all are counted.
  subroutine weir_resume_step(client, step, ierr)
    type(weir_client), intent(in) :: client
    integer, intent(out) :: step
    integer, intent(out), optional :: ierr
    integer(c_size_t) :: found
    integer(c_int) :: status
    found = 0
    status = WEIR_ERROR_STATE
    if (c_associated(client%handle)) status = c_resume_step(client%handle, found)
    step = int(found)
    call tell(status, ierr)
  end subroutine weir_resume_step

  !> The next weir_send of each field is step `step`, from 0, counted as by weir_resume_step; the same on all ranks,
  !> before the first weir_send.
  subroutine weir_start_at(client, step, ierr)
    type(weir_client), intent(in) :: client
    integer, intent(in) :: step
    integer, intent(out), optional :: ierr
    integer(c_int) :: status
    status = WEIR_ERROR_STATE
    if (c_associated(client%handle)) status = c_start_at(client%handle, int(step, c_size_t))
    call tell(status, ierr)
  end subroutine weir_start_at

  !> The physical time of the step that is sent next, the same on all ranks, before the first weir_send of each step;
  !> for a study with "simulation": {"time": {"sent": true}}. It is finite.
  subroutine weir_time(client, time, ierr)
    type(weir_client), intent(in) :: client
    real(real64), intent(in) :: time
    integer, intent(out), optional :: ierr
    integer(c_int) :: status
    status = WEIR_ERROR_STATE
    if (c_associated(client%handle)) status = c_time(client%handle, real(time, c_double))
    call tell(status, ierr)
  end subroutine weir_time

  !> `global`, `local` and `start` have one size, the number of dimensions.
  subroutine weir_subarray(client, field, global, local, start, ierr)
    type(weir_client), intent(in) :: client
    character(len=*), intent(in) :: field
    integer, intent(in) :: global(:), local(:), start(:)
    integer, intent(out), optional :: ierr
    integer(c_size_t) :: dimensions
    integer(c_int) :: status
    dimensions = size(global, kind=c_size_t)
    if (size(local) /= size(global) .or. size(start) /= size(global)) dimensions = 0  ! refused, on all ranks alike
    status = WEIR_ERROR_STATE
    if (c_associated(client%handle)) then
      status = c_subarray(client%handle, c_text(field), dimensions, row_major(global), row_major(local), &
                          row_major(start))
    end if
    call tell(status, ierr)
  end subroutine weir_subarray

  subroutine send_real64_1(client, field, values, ierr)
    type(weir_client), intent(in) :: client
    character(len=*), intent(in) :: field
    real(real64), contiguous, intent(in) :: values(:)
    integer, intent(out), optional :: ierr
    call send_real64(client, field, values, size(values, kind=c_size_t), ierr)
  end subroutine send_real64_1

  subroutine send_real64_2(client, field, values, ierr)
    type(weir_client), intent(in) :: client
    character(len=*), intent(in) :: field
    real(real64), contiguous, intent(in) :: values(:, :)
    integer, intent(out), optional :: ierr
    call send_real64(client, field, values, size(values, kind=c_size_t), ierr)
  end subroutine send_real64_2

  subroutine send_real64_3(client, field, values, ierr)
    type(weir_client), intent(in) :: client
    character(len=*), intent(in) :: field
    real(real64), contiguous, intent(in) :: values(:, :, :)
    integer, intent(out), optional :: ierr
    call send_real64(client, field, values, size(values, kind=c_size_t), ierr)
  end subroutine send_real64_3

  subroutine send_real32_1(client, field, values, ierr)
    type(weir_client), intent(in) :: client
    character(len=*), intent(in) :: field
    real(real32), contiguous, intent(in) :: values(:)
    integer, intent(out), optional :: ierr
    call send_real32(client, field, values, size(values, kind=c_size_t), ierr)
  end subroutine send_real32_1

  subroutine send_real32_2(client, field, values, ierr)
    type(weir_client), intent(in) :: client
    character(len=*), intent(in) :: field
    real(real32), contiguous, intent(in) :: values(:, :)
    integer, intent(out), optional :: ierr
    call send_real32(client, field, values, size(values, kind=c_size_t), ierr)
  end subroutine send_real32_2

  subroutine send_real32_3(client, field, values, ierr)
    type(weir_client), intent(in) :: client
    character(len=*), intent(in) :: field
    real(real32), contiguous, intent(in) :: values(:, :, :)
    integer, intent(out), optional :: ierr
    call send_real32(client, field, values, size(values, kind=c_size_t), ierr)
  end subroutine send_real32_3

  subroutine send_real64(client, field, values, count, ierr)
    type(weir_client), intent(in) :: client
    character(len=*), intent(in) :: field
    real(real64), intent(in) :: values(*)
    integer(c_size_t), intent(in) :: count
    integer, intent(out), optional :: ierr
    integer(c_int) :: status
    status = WEIR_ERROR_STATE
    if (c_associated(client%handle)) status = c_send(client%handle, c_text(field), values, count)
    call tell(status, ierr)
  end subroutine send_real64

  subroutine send_real32(client, field, values, count, ierr)
    type(weir_client), intent(in) :: client
    character(len=*), intent(in) :: field
    real(real32), intent(in) :: values(*)
    integer(c_size_t), intent(in) :: count
    integer, intent(out), optional :: ierr
    integer(c_int) :: status
    status = WEIR_ERROR_STATE
    if (c_associated(client%handle)) status = c_send_float(client%handle, c_text(field), values, count)
    call tell(status, ierr)
  end subroutine send_real32

  subroutine weir_finalize(client, ierr)
    type(weir_client), intent(inout) :: client
    integer, intent(out), optional :: ierr
    integer(c_int) :: status
    status = WEIR_ERROR_STATE
    if (c_associated(client%handle)) status = c_finalize(client%handle)
    call tell(status, ierr)
  end subroutine weir_finalize

  !> One English sentence for a status.
  function weir_strerror(status) result(text)
    integer, intent(in) :: status
    character(len=:), allocatable :: text
    text = f_text(c_strerror(int(status, c_int)))
  end function weir_strerror

  !> What went wrong last with this client on this rank; without a client, or with one that weir_init did not make or
  !> weir_finalize has freed: what went wrong in the last weir_init or weir_finalize.
  function weir_last_error(client) result(text)
    type(weir_client), intent(in), optional :: client
    character(len=:), allocatable :: text
    type(c_ptr) :: handle
    handle = c_null_ptr
    if (present(client)) handle = client%handle
    text = f_text(c_last_error(handle))
  end function weir_last_error

  subroutine tell(status, ierr)
    integer(c_int), intent(in) :: status
    integer, intent(out), optional :: ierr
    if (present(ierr)) ierr = int(status)
  end subroutine tell

  pure function row_major(extents) result(reversed)
    integer, intent(in) :: extents(:)
    integer(c_size_t) :: reversed(size(extents))
    reversed = int(extents(size(extents):1:-1), c_size_t)
  end function row_major

  pure function c_text(text) result(copy)
    character(len=*), intent(in) :: text
    character(kind=c_char) :: copy(len_trim(text) + 1)
    integer :: i
    do i = 1, len_trim(text)
      copy(i) = text(i:i)
    end do
    copy(size(copy)) = c_null_char
  end function c_text

  function f_text(text) result(copy)
    type(c_ptr), intent(in) :: text
    character(len=:), allocatable :: copy
    character(kind=c_char), pointer :: characters(:)
    integer :: i
    call c_f_pointer(text, characters, [c_strlen(text)])
    allocate (character(len=size(characters)) :: copy)
    do i = 1, size(characters)
      copy(i:i) = characters(i)
    end do
  end function f_text

end module weir
