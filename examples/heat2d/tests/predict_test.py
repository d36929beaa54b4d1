"""The example's small study as it stands, then `weir predict` for the simulations that it was validated with."""

import json
import os
import pathlib
import re
import subprocess
import tempfile

import h5py
import numpy as np

BIN = pathlib.Path(os.environ["WEIR_BIN"])
EXAMPLE = pathlib.Path(__file__).resolve().parent.parent


def weir(*arguments):
    done = subprocess.run([str(BIN / "weir"), *map(str, arguments)], capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stdout + done.stderr


def study(name, folder, **changes):
    """Of the example, with absolute paths."""
    content = json.loads(re.sub(r"(?m)^//.*", "", (EXAMPLE / name).read_text()))
    content["simulation"]["command"][0] = str(BIN / "heat2d")
    content.update(changes)
    (folder / name).write_text(json.dumps(content))
    return folder / name


with tempfile.TemporaryDirectory(prefix="weir-heat2d-") as made:
    folder = pathlib.Path(made)
    truth, prediction, directory = folder / "validation.h5", folder / "prediction.h5", folder / "D"
    weir("generate", study("validation-quick.json", folder), "--to", truth)
    weir("run", study("study-quick.json", folder, validation={"dataset": str(truth), "every": 100}), "--output", directory)
    weir("predict", directory, "--from", truth, "--to", prediction)
    with h5py.File(truth) as one, h5py.File(prediction) as other:
        true, predicted = (file["fields/temperature"][:].astype(float) for file in (one, other))
    errors = np.linalg.norm(predicted - true, axis=2) / np.linalg.norm(true, axis=2)
    promised = json.loads((directory / "summary.json").read_text())["validation"]["relative_l2"]
    print(f"relative L2: weir predict {errors.mean():.6f}, summary {promised:.6f}, a simulation {errors.mean(axis=1)}")
    assert true.shape[0] >= 4 and abs(errors.mean() / promised - 1) < 1e-4
