"""A solver that takes no time: value k of step s is 1000 a + 100 s + k, a the study's parameter; it is sent in another way at
each step, and is the same field on any number of ranks. usage: solver.py serial|mpi|parts SIZE STEPS"""

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


def main():
    kind, size, steps = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    comm = None
    if kind != "serial":
        from mpi4py import MPI
        comm = MPI.COMM_WORLD
    with weir.Client(comm, gather=kind != "parts") as client:
        (a,) = client.parameters
        start, count = block(comm, size)
        client.subarray("u", [size], [count], [start])
        client.start_at(client.resume_step)
        for step in range(client.resume_step, steps):
            client.time(0.25 * step)
            client.send("u", dressed(1000 * a + 100 * step + np.arange(start, start + count, dtype=float), step))


if __name__ == "__main__":
    main()
