"""Makes every mistake in turn, and goes on; what was raised goes to FILE.RANK, a line a mistake. usage: misuser.py serial|mpi STEPS FILE"""

import pathlib
import sys

import numpy as np
import weir


class Strided:
    """Every second value of an array of a GPU."""

    __cuda_array_interface__ = {"version": 3, "shape": (8,), "typestr": "<f8", "data": (4096, False), "strides": (16,)}


class Differentiated:
    """As PyTorch's, of a GPU, that requires a gradient."""

    @property
    def __cuda_array_interface__(self):
        raise RuntimeError("Can't get __cuda_array_interface__ on Variable that requires grad.")


def raised_by(call, *arguments):
    try:
        call(*arguments)
        return "nothing"
    except weir.Error as error:
        return f"{type(error).__name__} {error.status.name} {error}"


def mistakes(client, first_rank):
    """Those of one rank alone must be told to all."""
    good = np.zeros(8)
    return [
        ("list", client.send, "u", [1.0] if first_rank else good),
        ("integers", client.send, "u", np.zeros(8, int) if first_rank else good),
        ("complex", client.send, "u", np.zeros(8, complex) if first_rank else good),
        ("masked", client.send, "u", np.ma.zeros(8) if first_rank else good),
        ("gpu", client.send, "u", Strided() if first_rank else good),
        ("gradient", client.send, "u", Differentiated() if first_rank else good),
        ("field", client.send, "v", good),
        ("number", client.send, 3, good),
        ("zero", client.send, "u\0v", good),
        ("late", client.start_at, 5),
        ("negative", client.start_at, -1),
        ("time", client.time, "now"),
        ("nan", client.time, float("nan")),
        ("axes", client.subarray, "u", (4, 4), (4,), (0, 0)),
        ("extent", client.subarray, "u", (4, 4.5), (4, 4), (0, 0)),
    ]


def main():
    comm = None
    if sys.argv[1] == "mpi":
        from mpi4py import MPI
        comm = MPI.COMM_WORLD
    rank = comm.Get_rank() if comm else 0
    count = 16 // (comm.Get_size() if comm else 1)
    client = weir.Client(comm)
    raised = [f"{what}: {raised_by(*call)}" for what, *call in mistakes(client, rank == 0)]
    for _ in range(int(sys.argv[2])):
        client.send("u", np.zeros(count))
    raised += [f"beyond: {raised_by(client.send, 'u', np.zeros(count))}", f"finalize: {raised_by(client.finalize)}",
               f"after: {raised_by(client.send, 'u', np.zeros(count))}", f"again: {raised_by(client.finalize)}"]
    pathlib.Path(f"{sys.argv[3]}.{rank}").write_text("\n".join(raised))


if __name__ == "__main__":
    main()
