"""heat2d in Python sends what heat2d in C sends."""

import json
import pathlib
import sys

import h5py
import numpy as np
from whole import BUILD, WEIR, WholeTest, main

EXAMPLE = pathlib.Path(__file__).parents[3] / "examples" / "heat2d"
GRID, STEPS = 20, 10
OPTIONS = ["--grid", str(GRID), "--steps", str(STEPS), "--dt", "0.02"]


class Heat2dTest(WholeTest):
    def recorded(self, name, command, ranks):
        study = {
            "name": name, "seed": 1,
            "simulation": {"count": 2, "steps": STEPS, "fields": [{"name": "temperature", "shape": [GRID, GRID]}],
                           "command": [*command, *OPTIONS], "ranks": ranks},
            "parameters": [{"name": side, "bounds": [100, 500]} for side in ("initial", "west", "east", "south", "north")],
            "buffer": {"kind": "reservoir", "capacity": 24, "watermark": 8},
            "training": {"batch": 4, "model": {"kind": "mlp", "hidden": [16]}},
            "launcher": {"scheduler": "local", "jobs": 1},
        }
        path = self.folder / f"{name}.h5"
        code, output = self.run_program(WEIR, "generate", self.write_study(study), "--to", path, "--output", self.folder / name)
        self.assertEqual(code, 0, output + self.logs(self.folder / name))
        with h5py.File(path) as file:
            return file["fields/temperature"][:]

    def test_same_fields_on_one_rank_and_on_four(self):
        c = self.recorded("c", [str(BUILD / "bin" / "heat2d_c")], ranks=1)
        self.assertGreater(float(np.ptp(c)), 50)
        solver = [sys.executable, "-m", "mpi4py", str(EXAMPLE / "python" / "heat2d.py")]
        for ranks in (1, 4):
            np.testing.assert_allclose(self.recorded(f"python{ranks}", solver, ranks), c, rtol=1e-6)


if __name__ == "__main__":
    main()
