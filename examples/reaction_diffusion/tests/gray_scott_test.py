"""The Gray-Scott solver against what is known exactly."""

import math
import pathlib
import sys
import unittest

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from gray_scott import DIFFUSION_U, DIFFUSION_V, GrayScott  # noqa: E402

N = 32


class GrayScottTest(unittest.TestCase):
    def test_without_v_nothing_happens(self):
        pattern = GrayScott(N, feed=0.04, kill=0.06)
        pattern.advance(50)
        np.testing.assert_array_equal(pattern.u, 1)
        np.testing.assert_array_equal(pattern.v, 0)

    def test_an_even_mixture_keeps_its_other_steady_state(self):
        feed, kill = 0.05, 0.05  # v of F − (F + k) v / … = 0: u v = F + k, F (1 − u) = (F + k) v
        v = (1 + math.sqrt(1 - 4 * (feed + kill) ** 2 / feed)) * feed / (2 * (feed + kill))
        pattern = GrayScott(N, feed, kill)
        pattern.u[:], pattern.v[:] = (feed + kill) / v, v
        pattern.advance(100)
        np.testing.assert_allclose(pattern.v, v, rtol=1e-9)

    def test_without_reaction_each_wave_decays_as_it_must(self):
        wave = np.cos(2 * math.pi * 3 * np.arange(N) / N)[:, None] * np.ones(N)
        pattern = GrayScott(N, feed=0, kill=0)
        pattern.u[:], pattern.v[:] = wave, 0
        pattern.advance(10)
        factor = 1 - 4 * DIFFUSION_U * math.sin(math.pi * 3 / N) ** 2
        np.testing.assert_allclose(pattern.u, factor**20 * wave, atol=1e-12)

    def test_v_decays_at_the_rate_of_feed_and_kill_where_there_is_no_u(self):
        pattern = GrayScott(N, feed=0, kill=0.06)
        pattern.u[:], pattern.v[:] = 0, 0.5
        pattern.advance(10)
        np.testing.assert_allclose(pattern.v, 0.5 * (1 - 0.06 / 2) ** 20, rtol=1e-12)
        self.assertAlmostEqual(DIFFUSION_U / DIFFUSION_V, 2)

    def test_spots_grow_into_a_pattern(self):
        pattern = GrayScott(64, feed=0.04, kill=0.06)
        pattern.seed(np.random.default_rng(1))
        before = pattern.v.mean()
        pattern.advance(1000)
        self.assertGreater(pattern.v.mean(), 2 * before)
        self.assertGreater(pattern.v.std(), 0.05)
        self.assertTrue(np.all(pattern.u >= 0) and np.all(pattern.v >= 0))

    def test_where_it_begins_follows_from_the_seed(self):
        fields = []
        for seed in (1, 1, 2):
            pattern = GrayScott(N, 0.04, 0.06)
            pattern.seed(np.random.default_rng([1, seed]))
            fields.append(pattern.v)
        np.testing.assert_array_equal(fields[0], fields[1])
        self.assertFalse(np.array_equal(fields[0], fields[2]))


if __name__ == "__main__":
    unittest.main()
