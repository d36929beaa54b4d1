"""h5py reads a data set as docs/formats.md describes it."""

import subprocess
import sys
import tempfile

import h5py
import numpy as np

with tempfile.TemporaryDirectory() as folder:
    path = folder + "/set.h5"
    subprocess.run([sys.argv[1], path], check=True, timeout=30)
    with h5py.File(path) as file:
        assert file.attrs["format"] == "weir-dataset"
        assert file.attrs["version"] == 1
        assert sorted(file) == ["fields", "parameters", "simulation"]
        assert list(file["fields"]) == ["u", "v"]

        sims = file["simulation"][:]
        assert sims.dtype == np.uint64 and list(sims) == [0, 2, 4]

        parameters = file["parameters"]
        assert parameters.dtype == np.float64
        assert list(parameters.attrs["names"]) == ["left", "right"]
        assert list(parameters.attrs["units"]) == ["K", "Pa"]
        assert np.array_equal(parameters[:], np.stack([sims + 0.25, -sims.astype(float)], axis=1))

        u, v = file["fields/u"], file["fields/v"]
        assert u.shape == (3, 3, 6) and v.shape == (3, 3, 4)
        assert u.dtype == np.float32 and u.chunks == (1, 1, 6) and u.maxshape == (None, 3, 6)
        assert list(u.attrs["shape"]) == [2, 3] and u.attrs["unit"] == "K"
        samples = np.concatenate([u[:], v[:]], axis=2)
        expected = sims[:, None, None] * 1000 + np.arange(3)[None, :, None] * 100 + np.arange(10)[None, None, :]
        assert np.array_equal(samples, expected.astype(np.float32))
print("read by h5py:", samples.shape)
