"""The client: one simulation's connection to its training server."""

from __future__ import annotations

import ctypes
import math
import threading
from collections.abc import Sequence
from ctypes import c_double, c_float, c_size_t, c_void_p
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np

from . import library
from .status import ArgumentError, Error, Status, error

if TYPE_CHECKING:
    import numpy.typing as npt
    from mpi4py import MPI

# What a field's values may be, and the call that takes them.
SENDERS = {"float64": ("weir_send", c_double), "float32": ("weir_send_float", c_float)}


class Client:
    """One simulation's connection to its server, open from construction to finalize().

    As a context manager it finalizes at the end of the block. When the block raises, a solver on one process finalizes
    too; on several it does not, because the other ranks may be elsewhere: end the job then, and the study starts the
    simulation again.

    Every method but the properties is collective over `comm`. Threads may share a client: its calls happen one after
    another. A child made by os.fork cannot use its parent's client (status STATE).
    """

    def __init__(self, comm: MPI.Comm | None = None, gather: bool = True):
        """Connects to the server of the study that WEIR_STUDY_DIR, WEIR_SIM and WEIR_ATTEMPT name.

        comm: the solver's mpi4py communicator, which is duplicated; None: a solver without MPI.
        gather: whether rank 0 gathers each field and sends it; False: each rank sends its own part, for fields that do
        not fit on rank 0. The server gets the same.
        Raises Error: ARGUMENT, ENVIRONMENT, TIMEOUT, REJECTED, MPI, MEMORY, INTERNAL.
        """
        self._pointer = c_void_p()
        self._lock = threading.Lock()
        self._alone = comm is None or _checked(comm).Get_size() == 1
        self._library = library.serial_library() if comm is None else library.mpi_library()
        made = ctypes.byref(self._pointer)
        if comm is None:
            status = self._library.weir_init_serial(made)
        else:
            init = self._library.weir_init if gather else self._library.weir_init_parts
            status = init(library.handle(comm), made)
        self._require(status)

    @property
    def parameters(self) -> npt.NDArray[np.float64]:
        """The study's parameters for this simulation, in the study's order and units; shape (number of parameters,)."""
        count = c_size_t()
        self._call("weir_parameters", 0, None, ctypes.byref(count))
        values = np.empty(count.value, np.float64)
        self._call("weir_parameters", count.value, values.ctypes.data_as(ctypes.POINTER(c_double)), ctypes.byref(count))
        return values

    @property
    def resume_step(self) -> int:
        """The first step (from 0) that was not durable on the server when this client was made: a solver with a
        checkpoint of its own need not compute the steps before it again. A step is the solver's, one for each send of
        a field: those that the study's stride leaves out count too."""
        step = c_size_t()
        self._call("weir_resume_step", ctypes.byref(step))
        return step.value

    def start_at(self, step: int) -> None:
        """Before the first send: the solver goes on from its own checkpoint, and the next send is this step, counted
        as by resume_step.

        Raises ArgumentError also when it is later than resume_step, or a step was sent.
        """
        self._call("weir_start_at", _size("step", step))

    def time(self, time: float) -> None:
        """Before the first send of a step: its physical time, in the study's unit, the same on all ranks. A study with
        "simulation": {"time": {"sent": true}} needs it; in another it changes nothing.

        Raises ArgumentError also when it is not finite, or when some field of the step was sent and another was not.
        """
        if not isinstance(time, (float, int, np.floating, np.integer)):
            raise ArgumentError(f"time is {time!r}; it must be a number")
        self._call("weir_time", c_double(float(time)))

    def subarray(self, field: str, shape: Sequence[int], local: Sequence[int], start: Sequence[int]) -> None:
        """Before the first send of the field: this rank holds the block of `local` extents at `start` in the field of
        this `shape`, outermost axis first. Without it the field is the ranks' values one after another.

        Raises Error: ARGUMENT, SIZE (the blocks do not cover the field exactly once), MPI, MEMORY, STATE.
        """
        if not len(shape) == len(local) == len(start):
            raise ArgumentError(f"subarray({field!r}): shape, local and start have {len(shape)}, {len(local)} and "
                                f"{len(start)} axes; they must have as many as each other")
        axes = [(c_size_t * len(shape))(*(_size(name, value) for value in values))
                for name, values in (("shape", shape), ("local", local), ("start", start))]
        self._call("weir_subarray", _name(field), len(shape), *axes)

    def send(self, field: str, values: npt.NDArray[np.float64] | npt.NDArray[np.float32]) -> None:
        """Sends the next step of the field: this rank's values, of any shape, in C order; they are kept as FP32.

        With a stride in the study the first of so many steps is sent; for the others it returns at once, and does not
        look at `values`.

        Returns when `values` may be changed; waits while the server has no room. float64 and float32 are taken; an
        array that is not contiguous is copied first. On a wrong array the call fails on every rank. An array of a GPU
        that has __cuda_array_interface__ (CuPy, PyTorch, Numba) is taken too when it is contiguous: it is copied after
        what the default stream has to do already, and work of other streams has to be over.
        Raises Error: ARGUMENT, TIMEOUT, REJECTED, SIZE, STEPS, STATE, MPI, MEMORY, INTERNAL.
        """
        name = _name(field)
        try:
            call, address, size, held = _sendable(field, values)
        except ArgumentError as mistake:
            # Or the other ranks would wait for this one.
            if self._call("weir_send", name, None, 1, says=mistake) == Status.OK:
                return  # not sent, and so not looked at
            raise
        self._call(call, name, address, size)
        del held  # until here

    def finalize(self) -> None:
        """Waits until the server has accepted every step, and disconnects; the client is gone, whatever is raised.

        Raises Error: all; STEPS when the study expects more steps than were sent (those sent are kept).
        """
        with self._lock:
            self._require_open("weir_finalize")
            status = self._library.weir_finalize(ctypes.byref(self._pointer))
        self._require(status)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None) -> None:
        if not self._pointer:
            return
        if raised is None:
            self.finalize()
        elif self._alone:
            try:
                self.finalize()
            except Error:  # what the block raised is why
                pass

    def _call(self, function: str, *arguments, says: ArgumentError | None = None) -> int:
        with self._lock:
            self._require_open(function)
            status = getattr(self._library, function)(self._pointer, *arguments)
            if says is None or status != Status.ARGUMENT:
                self._require(status)
            return status

    def _require_open(self, function: str) -> None:
        if not self._pointer:
            raise ArgumentError(f"{function}: this client was finalized; make another weir.Client in another process")

    def _require(self, status: int) -> None:
        if status != Status.OK:
            raise error(status, self._library.weir_last_error(self._pointer or None).decode(errors="replace"))


def _checked(comm: MPI.Comm) -> MPI.Comm:
    try:
        from mpi4py import MPI
    except ImportError:
        raise ArgumentError(f"comm is a {type(comm).__name__}, and there is no mpi4py; install it, or leave comm out") from None
    if not isinstance(comm, MPI.Comm):
        raise ArgumentError(f"comm is a {type(comm).__name__}; it must be an mpi4py.MPI.Comm, or None for a solver without MPI")
    if comm == MPI.COMM_NULL:
        raise ArgumentError("comm is MPI.COMM_NULL; it must be a communicator that this process is in")
    return comm


def _sendable(field: str, values) -> tuple[str, ctypes._Pointer, int, object]:
    """The call that takes the values, their address and number, and what has to live meanwhile."""
    try:
        interface = getattr(values, "__cuda_array_interface__", None)
    except RuntimeError as problem:  # PyTorch's, of a tensor that requires a gradient
        raise ArgumentError(f"send({field!r}): {problem}") from None
    if interface is not None:
        return _on_device(field, values, interface)
    if not isinstance(values, np.ndarray):
        raise ArgumentError(f"send({field!r}): a {type(values).__name__} came; a numpy array of float64 or float32 was expected")
    if isinstance(values, np.ma.MaskedArray):
        raise ArgumentError(f"send({field!r}): a masked array came; fill its masked values first")
    call, element = _sender(field, values.dtype)
    values = np.ascontiguousarray(values, values.dtype.newbyteorder("="))
    return call, values.ctypes.data_as(ctypes.POINTER(element)), values.size, values


def _on_device(field: str, values, interface: dict) -> tuple[str, ctypes._Pointer, int, object]:
    """By the CUDA array interface, version 2 and later."""
    dtype = np.dtype(interface["typestr"])
    call, element = _sender(field, dtype)
    if not dtype.isnative:
        raise ArgumentError(f"send({field!r}): an array of a GPU in the other byte order came")
    shape = interface["shape"]
    expected = tuple(dtype.itemsize * math.prod(shape[axis + 1 :]) for axis in range(len(shape)))
    if (interface.get("strides") or expected) != expected:
        raise ArgumentError(f"send({field!r}): an array of a GPU that is not contiguous came; make a contiguous copy of it first")
    address = ctypes.cast(c_void_p(interface["data"][0]), ctypes.POINTER(element))
    return call, address, math.prod(shape), values


def _sender(field: str, dtype: np.dtype) -> tuple[str, type]:
    if dtype.name not in SENDERS:
        raise ArgumentError(f"send({field!r}): an array of {dtype.name} came; float64 or float32 was expected")
    return SENDERS[dtype.name]


def _name(field: str) -> bytes:
    if not isinstance(field, str) or "\0" in field:
        raise ArgumentError(f"field is {field!r}; it must be the name of one of the study's fields")
    return field.encode()


def _size(name: str, value: int) -> int:
    if not isinstance(value, (int, np.integer)) or value < 0:
        raise ArgumentError(f"{name} is {value!r}; it must be a whole number from 0")
    return int(value)
