"""Loads an exported model as its users do, without weir: model.pt by torch.jit.load, model.safetensors by hand.

load_model.py EXPORTER: runs EXPORTER FOLDER, which trains and exports a small model and writes predictions.json
({"inputs": [[...]], "outputs": [[...]]}, physical units) beside it; compares.
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
    """The same prediction from the bare weights and the card alone."""
    scaling = card["normalisation"]["inputs"]
    h = (inputs - torch.tensor(scaling["centre"])) / torch.tensor(scaling["half_width"])
    layers = len(tensors) // 2
    for k in range(layers):
        h = h @ tensors[f"layers.{k}.weight"].T + tensors[f"layers.{k}.bias"]
        if k + 1 < layers:
            h = torch.relu(h)
    for output in card["outputs"]:
        field = card["normalisation"]["fields"][output["name"]]
        columns = slice(output["offset"], output["offset"] + output["size"])
        h[:, columns] = h[:, columns] * field["deviation"] + field["mean"]
    return h


def check(folder):
    expected = json.loads((folder / "predictions.json").read_text())
    inputs, outputs = torch.tensor(expected["inputs"]), torch.tensor(expected["outputs"])
    card = json.loads((folder / "card.json").read_text())
    with torch.no_grad():
        scripted = torch.jit.load(str(folder / "model.pt"))(inputs)
        bare = by_hand(read_safetensors(folder / "model.safetensors"), card, inputs)
    for name, got in (("model.pt", scripted), ("model.safetensors", bare)):
        error = ((got - outputs).abs().max() / outputs.abs().max()).item()
        print(f"{name}: largest error {error:.2e} of the largest value")
        assert got.shape == outputs.shape and error < 1e-5, name


with tempfile.TemporaryDirectory() as made:
    subprocess.run([sys.argv[1], made], check=True)
    check(Path(made))
