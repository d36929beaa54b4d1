"""Finds weir's C library and declares its functions."""

from __future__ import annotations

import ctypes
import functools
import os
from ctypes import POINTER, c_char_p, c_double, c_float, c_int, c_size_t, c_void_p
from pathlib import Path

from .status import Error, Status

PACKAGE = Path(__file__).parent.absolute()  # not resolved: in the build tree it is a link

# Every function returns a weir_status, but for weir_last_error.
SIGNATURES = {
    "weir_init_serial": [POINTER(c_void_p)],
    "weir_parameters": [c_void_p, c_size_t, POINTER(c_double), POINTER(c_size_t)],
    "weir_resume_step": [c_void_p, POINTER(c_size_t)],
    "weir_start_at": [c_void_p, c_size_t],
    "weir_time": [c_void_p, c_double],
    "weir_subarray": [c_void_p, c_char_p, c_size_t, POINTER(c_size_t), POINTER(c_size_t), POINTER(c_size_t)],
    "weir_send": [c_void_p, c_char_p, POINTER(c_double), c_size_t],
    "weir_send_float": [c_void_p, c_char_p, POINTER(c_float), c_size_t],
    "weir_finalize": [POINTER(c_void_p)],
}


def candidates(name: str) -> list[str]:
    """Where the library may be, in the order in which it is looked for; the last is the system's own search."""
    above = [parent / lib for parent in list(PACKAGE.parents)[:4] for lib in ("lib", "lib64")]
    folders = [PACKAGE / "lib", *above]
    if chosen := os.environ.get("WEIR_LIBRARY_DIR"):
        folders = [Path(chosen)]
    files = [str(folder / name) for folder in folders if (folder / name).exists()]
    return files if chosen else [*files, name]


def load(name: str) -> ctypes.CDLL:
    reasons = []
    for candidate in candidates(name):
        try:
            return ctypes.CDLL(candidate)
        except OSError as error:
            reasons.append(str(error))
    raise Error(Status.ENVIRONMENT, f"weir's library {name} cannot be loaded ({'; '.join(reasons) or 'there is none'}); "
                "set WEIR_LIBRARY_DIR to the folder that holds it")


def declared(library: ctypes.CDLL) -> ctypes.CDLL:
    for name, arguments in SIGNATURES.items():
        function = getattr(library, name)
        function.argtypes, function.restype = arguments, c_int
    library.weir_last_error.argtypes, library.weir_last_error.restype = [c_void_p], c_char_p
    return library


@functools.cache
def serial_library() -> ctypes.CDLL:
    """The library that knows nothing of MPI. weir.Error(ENVIRONMENT): it cannot be loaded."""
    return declared(load("libweir_client_serial.so.0"))


@functools.cache
def mpi_library() -> ctypes.CDLL:
    """The library with weir_init. weir.Error(ENVIRONMENT): it cannot be loaded, or uses another MPI than mpi4py."""
    from mpi4py import MPI

    library = load("libweir_client.so.0")
    theirs, ours = MPI.Get_library_version().rstrip("\0"), version_of_mpi(library)
    if theirs != ours:
        raise Error(Status.ENVIRONMENT, f"mpi4py uses {first_line(theirs)}, and weir {first_line(ours)}: build one of them "
                    "with the other's MPI")
    for function in (library.weir_init, library.weir_init_parts):
        function.argtypes, function.restype = [handle_type(), POINTER(c_void_p)], c_int
    return declared(library)


def version_of_mpi(library: ctypes.CDLL) -> str:
    """Of the MPI that this library is linked to; it may be asked before MPI_Init."""
    text, length = ctypes.create_string_buffer(8192), c_int()
    library.MPI_Get_library_version(text, ctypes.byref(length))
    return text.value.decode(errors="replace")


def first_line(version: str) -> str:
    return version.split("\n")[0].split(",")[0]


def handle_type() -> type:
    """Of C's MPI_Comm: a pointer in Open MPI, an int in MPICH."""
    from mpi4py import MPI

    return c_int if MPI._sizeof(MPI.Comm) == ctypes.sizeof(c_int) else c_void_p


def handle(comm) -> ctypes.c_int | ctypes.c_void_p:
    """C's MPI_Comm of an mpi4py communicator."""
    from mpi4py import MPI

    return handle_type().from_address(MPI._addressof(comm))
