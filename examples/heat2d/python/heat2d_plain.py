#!/usr/bin/python3
"""The heat equation on a square, before weir. Parameters are arguments; the last field goes to a file."""

import numpy as np
from mpi4py import MPI

from heat_options import TEMPERATURES, read_options
from heat_solver import Solver


def main():
    options = read_options(with_temperatures=True)
    solver = Solver(MPI.COMM_WORLD, options.grid, options.dt)
    solver.set_temperatures(*(getattr(options, name) for name in TEMPERATURES))
    for _ in range(options.steps):
        solver.advance()
    field = solver.field()
    if options.output and field is not None:
        np.savetxt(options.output, field, "%24.16e")


if __name__ == "__main__":
    main()
