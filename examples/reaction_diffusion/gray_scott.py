"""The Gray-Scott model of two substances that diffuse and react (Pearson, Science 261, 1993): U + 2V → 3V, V → P.

du/dt = D_u Δu − u v² + F (1 − u),   dv/dt = D_v Δv + u v² − (F + k) v

on a periodic square, with Pearson's diffusion (2e-5 and 1e-5) on a finer grid than his; explicit Euler.
"""

import numpy as np

SPACING = 2.5 / 360
STEPS_PER_TIME = 2  # time steps in a unit of time
DIFFUSION_U, DIFFUSION_V = 2e-5 / SPACING**2 / STEPS_PER_TIME, 1e-5 / SPACING**2 / STEPS_PER_TIME  # in cells² per time step
CELLS_PER_SPOT = 16  # of a side of the grid: how many squares of V there are at the beginning
SMALLEST, LARGEST = 5, 8  # their sides in cells


def laplacian(a):
    """Five points, periodic; in units of the spacing."""
    return np.roll(a, 1, 0) + np.roll(a, -1, 0) + np.roll(a, 1, 1) + np.roll(a, -1, 1) - 4 * a


class GrayScott:
    """Concentrations u and v, arrays [n, n]."""

    def __init__(self, n, feed, kill):
        self.feed, self.kill = feed, kill
        self.u, self.v = np.ones((n, n)), np.zeros((n, n))

    def seed(self, random):
        """Some squares of half U, a quarter V, at places that `random` draws."""
        n = len(self.u)
        for _ in range(n // CELLS_PER_SPOT):
            size = random.integers(SMALLEST, LARGEST + 1)
            rows, columns = ((random.integers(n) + np.arange(size)) % n for _ in range(2))
            self.u[np.ix_(rows, columns)], self.v[np.ix_(rows, columns)] = 0.5, 0.25

    def advance(self, duration):
        """Goes on by so many units of time."""
        for _ in range(STEPS_PER_TIME * duration):
            reaction = self.u * self.v**2
            change = DIFFUSION_U * laplacian(self.u) + (self.feed * (1 - self.u) - reaction) / STEPS_PER_TIME
            self.v += DIFFUSION_V * laplacian(self.v) + (reaction - (self.feed + self.kill) * self.v) / STEPS_PER_TIME
            self.u += change
