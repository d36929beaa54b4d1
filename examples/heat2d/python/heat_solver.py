"""The heat equation du/dt = alpha (d²u/dx² + d²u/dy²) with given temperatures on the boundary of a square.

Implicit Euler in time, the five-point stencil in space: each step solves (1 + 4 c) u(i, j) - c (sum of the four
neighbours) = u_old(i, j), c = alpha dt / h². Values on the boundary go to the right-hand side, so that the matrix is
symmetric and positive definite, and conjugate gradients (Hestenes and Stiefel, 1952) solve it. Each rank has a block of
the grid; arrays are [y][x].
"""

import numpy as np
from mpi4py import MPI

ALPHA, LENGTH = 1.0, 10.0
TOLERANCE = 1e-8  # of the residual, relative to the right-hand side
MOST_ITERATIONS = 10000


class Solver:
    """comm: its communicator; n: interior points along a side; dt: time step in seconds."""

    def __init__(self, comm, n, dt):
        dims = MPI.Compute_dims(comm.Get_size(), 2)
        if n < max(dims):
            raise ValueError("more ranks than the grid can be cut for; use fewer, or a larger --grid")
        self.comm = comm.Create_cart(dims)
        self.south, self.north = self.comm.Shift(0, 1)
        self.west, self.east = self.comm.Shift(1, 1)
        self.n = n
        self.c = ALPHA * dt / (LENGTH / (n + 1)) ** 2
        self.start, self.shape = block(n, dims, self.comm.coords)
        self.u = np.zeros(self.shape)
        self.source = np.zeros(self.shape)  # what the boundary adds to the right-hand side
        self.direction = np.zeros([extent + 2 for extent in self.shape])  # with halo; 0 on the boundary

    def set_temperatures(self, initial, west, east, south, north):
        self.u[:] = initial
        self.source[:] = 0
        for neighbour, side, temperature in ((self.west, np.s_[:, 0], west), (self.east, np.s_[:, -1], east),
                                             (self.south, np.s_[0, :], south), (self.north, np.s_[-1, :], north)):
            if neighbour == MPI.PROC_NULL:
                self.source[side] += self.c * temperature

    def advance(self):
        """One time step; starts from the temperatures of the last one. ArithmeticError: it does not converge."""
        residual = self.u + self.source
        goal = TOLERANCE**2 * self._dot(residual, residual)
        residual -= self._image(self.u)
        direction = residual.copy()
        squared = self._dot(residual, residual)
        for _ in range(MOST_ITERATIONS):
            if squared <= goal:
                return
            image = self._image(direction)
            step = squared / self._dot(direction, image)
            self.u += step * direction
            residual -= step * image
            before, squared = squared, self._dot(residual, residual)
            direction = residual + squared / before * direction
        raise ArithmeticError("conjugate gradients did not converge; are the temperatures and --dt finite?")

    def field(self):
        """The whole field, on rank 0; None elsewhere."""
        blocks = self.comm.gather((self.start, self.u))
        if blocks is None:
            return None
        field = np.empty((self.n, self.n))
        for (y, x), values in blocks:
            field[y:y + values.shape[0], x:x + values.shape[1]] = values
        return field

    def _dot(self, a, b):
        return self.comm.allreduce(float(np.vdot(a, b)))

    def _image(self, values):
        """matrix × values"""
        p = self.direction
        p[1:-1, 1:-1] = values
        self._exchange_halo()
        return (1 + 4 * self.c) * values - self.c * (p[1:-1, :-2] + p[1:-1, 2:] + p[:-2, 1:-1] + p[2:, 1:-1])

    def _exchange_halo(self):
        p = self.direction
        for source, target, sent, received in ((self.west, self.east, np.s_[1:-1, -2], np.s_[1:-1, 0]),
                                               (self.east, self.west, np.s_[1:-1, 1], np.s_[1:-1, -1]),
                                               (self.south, self.north, np.s_[-2, 1:-1], np.s_[0, 1:-1]),
                                               (self.north, self.south, np.s_[1, 1:-1], np.s_[-1, 1:-1])):
            halo = np.zeros(p[received].shape)  # stays 0 where there is no neighbour
            self.comm.Sendrecv(p[sent].copy(), target, recvbuf=halo, source=source)
            p[received] = halo


def block(n, dims, coords):
    """(start, shape) of a rank's points; those of two ranks differ by one at most in each direction."""
    start = [coord * n // dim for coord, dim in zip(coords, dims)]
    end = [(coord + 1) * n // dim for coord, dim in zip(coords, dims)]
    return start, [last - first for first, last in zip(start, end)]
