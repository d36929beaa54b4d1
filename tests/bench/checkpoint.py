#!/usr/bin/env python3
"""What checkpoints cost a training: a buffer of 2 GB, a cut every 20 s; checkpoint.py BUILD; prints a JSON line, after some minutes.

4000 samples of 1 MiB from toy solvers train a network of 67 million parameters (0.8 GB with Adam's memory). The value is the sum of the
pauses of the trainer, the reference the time of the training."""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

BUILD = pathlib.Path(sys.argv[1]).resolve()
VALUES = 1 << 18
STUDY = {
    "name": "checkpoint",
    "seed": 1,
    "simulation": {
        "count": 40,
        "steps": 100,
        "fields": [{"name": "u", "shape": [VALUES]}],
        "command": [str(BUILD / "tests" / "toy_solver"), "--size", str(VALUES), "--steps", "100"],
    },
    "parameters": [{"name": "a", "bounds": [0.0, 1.0]}],
    "buffer": {"kind": "reservoir", "capacity": 2000, "watermark": 500},
    "training": {"batch": 10, "model": {"kind": "mlp", "hidden": [256, 256]}},
    "checkpoint": {"every": 20},
    "launcher": {"scheduler": "local", "jobs": 2},
}


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="weir-checkpoint-"))
    try:
        (folder / "study.json").write_text(json.dumps(STUDY))
        subprocess.run([BUILD / "bin" / "weir", "run", folder / "study.json", "--output", folder / "D"], check=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        records = [json.loads(line) for line in (folder / "D" / "metrics.jsonl").read_text().splitlines()]
        seconds = json.loads((folder / "D" / "summary.json").read_text())["seconds"]["training"]
    finally:
        shutil.rmtree(folder)
    cuts = [record for record in records if record["kind"] == "checkpoint"]
    pauses = [cut["pause_seconds"] for cut in cuts]
    print(json.dumps({"suite": "checkpoint", "case": "2 GB every 20 s", "value": sum(pauses), "unit": "s", "reference": seconds,
                      "ratio": sum(pauses) / seconds, "cuts": len(cuts), "longest": max(pauses),
                      "bytes": [int(cut["bytes"]) for cut in cuts]}))


main()
