#!/usr/bin/env python3
"""`weir plan` against real runs: plan_check.py BUILD [--quick]; prints a Markdown table.

Toy solvers sleep a known time a step; heat2d computes, one at a time, so that solver and trainer have a core each. Two numbers are measured
first and given to the plan: the time between two simulations in one place, from a study of simulations of one step, and the time of a training
step, from metrics.jsonl of a run whose trainer never waits. What the plan then expects is compared with what summary.json says.

--quick: two small studies, of which only what no timing decides is judged."""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
arguments.add_argument("build")
arguments.add_argument("--quick", action="store_true")
arguments = arguments.parse_args()

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
os.environ["WEIR_BUILD"] = str(pathlib.Path(arguments.build).resolve())
from whole import BUILD, WEIR, environment, merged, toy_study  # noqa: E402

BATCH = 10


class Runs:
    """Studies in folders of their own, which go with `folder`."""

    def __init__(self, folder):
        self.folder, self.count = folder, 0

    def write(self, study):
        self.count += 1
        path = self.folder / f"{self.count}.json"
        path.write_text(json.dumps(study))
        return path

    def run(self, study):
        """(summary, records of metrics.jsonl)"""
        path = self.write(study)
        directory = path.with_suffix("")
        done = subprocess.run([WEIR, "run", path, "--output", directory], env=environment(), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            sys.exit(f"plan_check: the study {path} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        records = [json.loads(line) for line in (directory / "metrics.jsonl").read_text().splitlines()]
        return json.loads((directory / "summary.json").read_text()), records

    def plan(self, study, **options):
        words = [word for name, value in options.items() for word in ("--" + name.replace("_", "-"), repr(value))]
        done = subprocess.run([WEIR, "plan", self.write(study), "--json", *words], capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            sys.exit(f"plan_check: weir plan ended with {done.returncode}: {done.stderr}")
        return json.loads(done.stdout)


def study(step_ms=20, **sections):
    """Two thousand samples of 4 kB from three simulations at a time."""
    size, steps = 1000, 100
    base = toy_study(count=20, steps=steps, size=size, jobs=3, solver=("--delay-ms", step_ms), checkpoint={"every": 0},
                     buffer={"kind": "reservoir", "capacity": 300, "watermark": 60},
                     training={"batch": BATCH, "model": {"kind": "mlp", "hidden": [256, 256]}})
    study = merged(base, sections)
    command = study["simulation"]["command"]
    command[command.index("--steps") + 1] = str(study["simulation"]["steps"])
    return study


def heat2d(kind, **sections):
    lines = (pathlib.Path(__file__).parents[2] / "examples" / "heat2d" / "study.json").read_text().splitlines()
    base = json.loads("\n".join(line for line in lines if not line.startswith("//")))
    del base["validation"]
    base["simulation"]["command"][0] = str(BUILD / "bin" / "heat2d")
    sections = {"simulation": {"count": 30}, "buffer": {"kind": kind, "capacity": 1000, "watermark": 200},
                "checkpoint": {"every": 0}, "launcher": {"jobs": 1}, **sections}
    return merged(base, sections)


def busy_step(records):
    """Seconds of a training step, from records of a trainer that did not wait: their median."""
    rates = [record["samples_per_second"] for record in records if record["kind"] == "train"]
    return BATCH / statistics.median(rates)


def seen(summary, train_seconds):
    training = summary["seconds"]["training"]
    return {"time": training, "samples/s": summary["samples_per_second"]["mean"],
            "repeats": summary["samples"]["trained"] / summary["samples"]["unique"],
            "idle": 1 - summary["batches"] * train_seconds / training}


def expected(plan):
    plan = plan["expected"]
    return {"time": plan["seconds"] - plan["first_batch_seconds"], "samples/s": plan["samples_per_second"],
            "repeats": plan["repeats"], "idle": plan["trainer_idle"]}


def row(name, real, paper):
    def cell(key):
        if key == "idle":
            return f"{100 * real[key]:.1f} %, planned {100 * paper[key]:.1f} %"
        return f"{real[key]:.4g}, planned {paper[key]:.4g} ({100 * (paper[key] / real[key] - 1):+.1f} %)"
    print(f"| {name} | {' | '.join(cell(key) for key in real)} |", flush=True)


def start_seconds(runs, make, step_seconds):
    """From a simulation's end to the next one's first step, where it was: of simulations of one step, one at a time."""
    count = 20
    one_step = make(simulation={"count": count, "steps": 1}, launcher={"jobs": 1}, training={"batch": 1},
                    buffer={"kind": "fifo", "capacity": 300, "watermark": 0})
    summary, _ = runs.run(one_step)
    return max(0.0, summary["seconds"]["training"] / (count - 1) - step_seconds)


def compare_toys(runs):
    step = 0.02
    start = start_seconds(runs, study, step)
    _, records = runs.run(study())
    train = busy_step(records)
    print(f"toy solvers: a step {1e3 * step:.1f} ms (they sleep), a start {1e3 * start:.0f} ms, a training step {1e3 * train:.2f} ms (measured)\n")
    print("| study | seconds from the first batch | samples/s | a sample is trained on | trainer idle |\n|---|---|---|---|---|", flush=True)
    for kind in ("fifo", "firo", "reservoir"):
        case = study(buffer={"kind": kind})
        summary, _ = runs.run(case)
        paper = runs.plan(case, step_seconds=step, start_seconds=start, train_seconds=train)
        row(f"{kind}, bound by solvers", seen(summary, train), expected(paper))
    for kind in ("fifo", "reservoir"):
        # Weights enough to make the trainer the slower one, and a window of a few samples.
        case = study(step_ms=2, simulation={"count": 10}, buffer={"kind": kind, "capacity": 100, "watermark": 60},
                     training={"model": {"hidden": [1024, 1024]}}, launcher={"jobs": 3})
        summary, records = runs.run(case)
        slow = busy_step(records)
        paper = runs.plan(case, step_seconds=0.002, start_seconds=start, train_seconds=slow)
        row(f"{kind}, bound by training ({1e3 * slow:.1f} ms)", seen(summary, slow), expected(paper))


def compare_heat2d(runs):
    """The solver's step is what a FIFO's run leaves for it; the other buffers are then expected."""
    summary, _ = runs.run(heat2d("fifo"))
    _, records = runs.run(heat2d("reservoir"))
    train = busy_step(records)
    simulations, steps = 30, 100
    samples = simulations * steps
    step = summary["seconds"]["training"] / (samples - 200)  # its starts included; the first batch came with the watermark
    print(f"\nheat2d, one at a time: a step {1e3 * step:.2f} ms (starts included, from the run with a FIFO), a training step {1e3 * train:.2f} ms\n")
    print("| study | seconds from the first batch | samples/s | a sample is trained on | trainer idle |\n|---|---|---|---|---|", flush=True)
    for kind in ("firo", "reservoir"):
        summary, _ = runs.run(heat2d(kind))
        paper = runs.plan(heat2d(kind), step_seconds=step, start_seconds=0.0, train_seconds=train)
        row(f"heat2d, {kind}", seen(summary, train), expected(paper))


def check_structure(runs):
    for kind in ("fifo", "reservoir"):
        case = study(step_ms=1, simulation={"count": 4, "steps": 50}, buffer={"kind": kind}, training={"model": {"hidden": [8]}})
        summary, records = runs.run(case)
        paper = runs.plan(case, step_seconds=0.001, train_seconds=busy_step(records))["expected"]
        assert summary["samples"]["unique"] == paper["samples"]["unique"] == 200, summary
        assert 0 <= paper["trainer_idle"] < 1 and paper["seconds"] > 0, paper
        if kind == "fifo":
            assert summary["samples"]["trained"] == paper["samples"]["trained"], summary
            assert summary["batches"] == paper["batches"] == 20, (summary, paper)
        else:
            assert min(summary["samples"]["trained"], paper["samples"]["trained"]) >= 200, (summary, paper)
    print("what no timing decides is as planned")


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="weir-plan-"))
    try:
        runs = Runs(folder)
        if arguments.quick:
            return check_structure(runs)
        print(f"load {os.getloadavg()[0]:.1f} at the beginning")
        compare_toys(runs)
        compare_heat2d(runs)
        print(f"\nload {os.getloadavg()[0]:.1f} at the end")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
