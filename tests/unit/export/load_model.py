"""Loads exported models as their users do, without weir: model.pt by torch.jit.load, model.safetensors by hand.

load_model.py EXPORTER: runs EXPORTER FOLDER, which exports models and writes predictions.json ({"inputs": [[...]],
"outputs": [[...]]}, physical units, and "state" where one is given) beside each, with the "deviation" of
each output; compares.
"""

import json
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import torch


def read_safetensors(path):
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = (8 + length + offset for offset in entry["data_offsets"])
            values = torch.frombuffer(bytearray(content[begin:end]), dtype=torch.float32)
            tensors[name] = values.reshape(entry["shape"])
    return tensors


def by_hand(tensors, card, inputs):
    """The same prediction of a perceptron from model.safetensors and the card alone."""
    h = (inputs - tensors.pop("input_centre")) / tensors.pop("input_half_width")
    mean, deviation = tensors.pop("output_mean"), tensors.pop("output_deviation")
    layers = len(tensors) // 2
    for k in range(layers):
        h = h @ tensors[f"layers.{k}.weight"].T + tensors[f"layers.{k}.bias"]
        if k + 1 < layers:
            h = torch.relu(h)
    for k, output in enumerate(card["outputs"]):
        columns = slice(output["offset"], output["offset"] + output["size"])
        h[:, columns] = h[:, columns] * deviation[k] + mean[k]
    return h


def largest_error(got, expected):
    """In deviations of the field, in which the trainer computes."""
    assert got.shape == expected["outputs"].shape, got.shape
    return ((got - expected["outputs"]) / expected["deviation"]).abs().max().item()


def predictions(folder):
    return {key: torch.tensor(value) for key, value in json.loads((folder / "predictions.json").read_text()).items()}


def check(folder):
    expected = predictions(folder)
    given = [expected[key] for key in ("inputs", "state") if key in expected]
    with torch.no_grad():
        error = largest_error(torch.jit.load(str(folder / "model.pt"))(*given), expected)
    print(f"{folder.name}: {error:.1e}")
    assert error < 1e-6, folder.name


def check_safetensors(folder):
    expected = predictions(folder)
    card = json.loads((folder / "card.json").read_text())
    assert card["onnx"] == "model.onnx" and (folder / "model.onnx").exists()
    assert largest_error(by_hand(read_safetensors(folder / "model.safetensors"), card, expected["inputs"]), expected) < 1e-5


with tempfile.TemporaryDirectory() as made:
    subprocess.run([sys.argv[1], made], check=True)
    folders = sorted(path.parent for path in Path(made).glob("*/model.pt"))
    assert len(folders) > 20, folders
    for one in folders:
        check(one)
    check_safetensors(Path(made) / "trained")
