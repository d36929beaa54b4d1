"""Runs each exported model.onnx and compares it with what the trainer computes.

check_onnx.py EXPORTER [runtime]: runs EXPORTER FOLDER, which exports models and writes predictions.json ({"inputs": [[...]],
"state": [[...]], "outputs": [[...]]}, physical units, and the "deviation" of each output) beside each; onnx checks every file. What runs them is onnxruntime, or
without the word `runtime` the few lines of PyTorch here, an operator each. With it the package safetensors reads the
weights, too: they are those of model.onnx.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnx.numpy_helper

TOLERANCE = 1e-5  # in deviations of the field, in which the trainer computes


def run_by_onnxruntime(path, values):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return session.run(["outputs"], values)[0]


def operator(torch, node, values):
    """One node, by the definition of its operator."""
    of = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    a, b, c = (values + [None, None])[:3] if len(values) < 3 else values[:3]
    axes = a.dim() - 2 if a is not None else 0
    functional = torch.nn.functional
    match node.op_type:
        case "Add": return a + b
        case "Sub": return a - b
        case "Mul": return a * b
        case "Div": return a / b
        case "Relu": return a.clamp(min=0)
        case "Tanh": return a.tanh()
        case "Sigmoid": return 1 / (1 + (-a).exp())
        case "Erf": return a.erf()
        case "Sin": return a.sin()
        case "Cos": return a.cos()
        case "Identity": return a
        case "MatMul": return a @ b
        case "Gemm": return a @ (b.T if of["transB"] else b) + c
        case "Transpose": return a.permute(of["perm"])
        case "Shape": return torch.tensor(a.shape)
        case "Slice": return a[int(b[0]) : int(c[0])]
        case "Concat": return torch.cat(values, of["axis"])
        case "Reshape": return a.reshape([old if new == 0 else int(new) for old, new in zip([*a.shape, *[1] * len(b)], b)])
        case "Expand": return a * torch.ones([int(extent) for extent in b])
        case "Einsum": return torch.einsum(of["equation"].decode(), *values)
        case "Conv":
            half = of["pads"][0]
            return [functional.conv1d, functional.conv2d, functional.conv3d][axes - 1](a, b, c, padding=half)
        case "MaxPool":
            pool = [functional.max_pool1d, functional.max_pool2d, functional.max_pool3d][axes - 1]
            return pool(a, 2, 2, ceil_mode=bool(of["ceil_mode"]))
        case "Resize":
            assert of["coordinate_transformation_mode"] == b"half_pixel"
            mode = ["linear", "bilinear", "trilinear"][axes - 1]
            size = [int(extent) for extent in values[3][2:]]
            return functional.interpolate(a, size=size, mode=mode, align_corners=False)
    raise NotImplementedError(node.op_type)


def run_by_torch(path, values):
    import torch

    graph = onnx.load(str(path)).graph
    known = {one.name: torch.from_numpy(onnx.numpy_helper.to_array(one).copy()) for one in graph.initializer}
    known.update({name: torch.from_numpy(value) for name, value in values.items()})
    for node in graph.node:
        known[node.output[0]] = operator(torch, node, [known[name] if name else None for name in node.input])
    return known["outputs"].numpy()


def check(folder, run):
    model = onnx.load(str(folder / "model.onnx"))
    onnx.checker.check_model(model, full_check=True)
    assert [one.domain for one in model.opset_import] == [""], model.opset_import
    expected = {key: np.array(value, dtype=np.float32) for key, value in json.loads((folder / "predictions.json").read_text()).items()}
    outputs, deviation = expected.pop("outputs"), expected.pop("deviation")
    got = run(folder / "model.onnx", expected)
    assert got.shape == outputs.shape, (got.shape, outputs.shape)
    alone = run(folder / "model.onnx", {key: value[:1] for key, value in expected.items()})
    assert np.abs((alone - got[:1]) / deviation).max() <= TOLERANCE, "the batch matters"
    assert ((outputs.max(axis=1) - outputs.min(axis=1)) / deviation.max() > 1e-3).all(), "there is nothing to compare"
    return float(np.abs((got - outputs) / deviation).max())


def check_safetensors(folder):
    from safetensors.numpy import load_file

    graph = onnx.load(str(folder / "model.onnx")).graph
    weights = {one.name: onnx.numpy_helper.to_array(one) for one in graph.initializer}
    tensors = load_file(folder / "model.safetensors")
    fields = [tensors.pop(name) for name in ("output_mean", "output_deviation")]
    assert all(field.shape == (2,) for field in fields)
    assert len(tensors) > 2 and all(np.array_equal(tensors[name], weights[name]) for name in tensors)


def main():
    run = run_by_onnxruntime if sys.argv[2:] == ["runtime"] else run_by_torch
    with tempfile.TemporaryDirectory() as made:
        subprocess.run([sys.argv[1], made], check=True)
        folders = sorted(path.parent for path in Path(made).glob("*/model.onnx"))
        errors = {folder.name: check(folder, run) for folder in folders}
        for folder in folders if run is run_by_onnxruntime else []:
            check_safetensors(folder)
    for name, error in errors.items():
        print(f"{name}: {error:.1e}")
    assert len(errors) > 35 and max(errors.values()) < TOLERANCE, "a model.onnx computes something else than was trained"
    print(f"{len(errors)} models, largest error {max(errors.values()):.1e} deviations, by {run.__name__}")


main()
