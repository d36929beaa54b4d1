"""A solver that takes no time: value k of step s is 1000 a + 100 s + k, a the study's parameter; it is sent in another way at
each step, and is the same field on any number of ranks. usage: solver.py serial|mpi|parts|gpu SIZE STEPS"""

import ctypes
import os
import sys

import numpy as np
import weir


def block(comm, size):
    """(start, count) of this rank's part."""
    if comm is None:
        return 0, size
    edges = [rank * size // comm.Get_size() for rank in range(comm.Get_size() + 1)]
    return edges[comm.Get_rank()], edges[comm.Get_rank() + 1] - edges[comm.Get_rank()]


def dressed(values, step):
    """The same values as the kinds of arrays that solvers have."""
    return [values, values.astype(np.float32), values.astype(">f8"), np.repeat(values, 2)[::2],
            np.asfortranarray(np.stack([values, values]))[0]][step % 5]


class OnGpu:
    """Values in the memory of the GPU that a fake driver has, as CuPy would hold them."""

    driver = None

    def __init__(self, values):
        if OnGpu.driver is None:
            OnGpu.driver = ctypes.CDLL(os.environ["FAKE_CUDA"])
            OnGpu.driver.fake_cuda_allocate.restype = ctypes.c_void_p
        else:
            OnGpu.driver.fake_cuda_free()
        host = ctypes.c_void_p()
        address = OnGpu.driver.fake_cuda_allocate(ctypes.c_size_t(values.nbytes), ctypes.byref(host))
        ctypes.memmove(host, values.ctypes.data, values.nbytes)
        self.__cuda_array_interface__ = {"version": 3, "shape": values.shape, "typestr": values.dtype.str,
                                         "data": (address, False), "strides": values.strides}


def main():
    kind, size, steps = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    comm = None
    if kind not in ("serial", "gpu"):
        from mpi4py import MPI
        comm = MPI.COMM_WORLD
    with weir.Client(comm, gather=kind != "parts") as client:
        (a,) = client.parameters
        start, count = block(comm, size)
        client.subarray("u", [size], [count], [start])
        client.start_at(client.resume_step)
        for step in range(client.resume_step, steps):
            client.time(0.25 * step)
            values = dressed(1000 * a + 100 * step + np.arange(start, start + count, dtype=float), step)
            if kind == "gpu":
                values = OnGpu(np.ascontiguousarray(values, values.dtype.newbyteorder("=")))
            client.send("u", values)


if __name__ == "__main__":
    main()
