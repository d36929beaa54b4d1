"""Results as a campaign would leave them, with errors and rates that a test chooses."""

import dataclasses
import json

from reproduction.results import results_of
from reproduction.runs import all_runs
from reproduction.settings import LAPTOP

HOST = {"processor": "test", "cores": 2, "weir": "0", "libtorch": "1", "mpi": "x"}
PUBLISHED = {  # the published numbers of one and two GPUs
    "fifo": ((391, 384), (118, 105)), "firo": ((135, 202), (114, 98.1)), "reservoir": ((80.3, 89.3), (147.6, 212)),
    "offline": ((83.1, 112), (13.2, 30.2)), "offline-epochs": ((70, 70), (13, 30)),
    "large-online": ((13.2, 13.2), (476.7, 476.7)), "large-offline": ((25.1, 25.1), (38.2, 38.2))}
DRAWN = {"reservoir": 2.5, "large-online": 1.7}
BETWEEN = {"fifo": 0.1, "firo": 0.2}
TAKEN = {"fifo": 0.01, "firo": 0.3}


def outcome(run, **changes):
    mse, rate = (values[run.ranks - 1] for values in PUBLISHED[run.kind])
    numbers = {
        "kind": run.kind, "ranks": run.ranks, "seed": run.seed, "minimum_mse": mse * (0.98 + 0.01 * run.seed), "minimum_relative_l2": 0.05,
        "final_mse": mse, "validation_over_training_loss": 2.0, "samples_per_second": float(rate), "training_seconds": 20.0, "batches": 1000,
        "trained": 10000, "unique": 10000, "times_drawn": DRAWN.get(run.kind, 1.0)}
    if run.is_online:
        numbers |= {"repeats": [6000, 3000, 1000], "population": TAKEN.get(run.kind, 0.95), "slow_between_series": BETWEEN.get(run.kind, 0.8)}
    return numbers | changes


def results(seeds=(1, 2, 3), ranks=(1, 2), **changes):
    """`changes`: of a kind with _ in place of -, measures that its outcomes have instead."""
    outcomes = [outcome(run, **changes.get(run.kind.replace("-", "_"), {})) for run in all_runs(LAPTOP, seeds, ranks)]
    return results_of(outcomes, json.loads(json.dumps(dataclasses.asdict(LAPTOP))), HOST)
