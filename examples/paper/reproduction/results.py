"""What all runs together say: of each kind and rank count the median over the seeds, and how far the seeds lie apart."""

import json
import statistics

from .runs import LARGE, MAIN

MEASURES = ("minimum_mse", "minimum_relative_l2", "validation_over_training_loss", "samples_per_second", "training_seconds", "batches",
            "trained", "unique", "times_drawn", "population", "slow_between_series")


def results_of(outcomes, settings, host):
    """{settings, host, runs, cells}: a cell is {kind, ranks, MEASURE: {median, least, greatest, seeds}, repeats}."""
    cells = []
    for ranks in sorted({outcome["ranks"] for outcome in outcomes}):
        for kind in (*MAIN, *LARGE):
            alike = [outcome for outcome in outcomes if (outcome["kind"], outcome["ranks"]) == (kind, ranks)]
            if alike:
                cells.append(cell_of(kind, ranks, sorted(alike, key=lambda outcome: outcome["seed"])))
    return {"settings": settings, "host": host, "cells": cells, "runs": [rounded(outcome) for outcome in outcomes]}


def cell_of(kind, ranks, outcomes):
    cell = {"kind": kind, "ranks": ranks}
    for measure in MEASURES:
        values = [outcome[measure] for outcome in outcomes if outcome.get(measure) is not None]
        if values:
            cell[measure] = rounded({"median": statistics.median(values), "least": min(values), "greatest": max(values), "seeds": values})
    histograms = [outcome["repeats"] for outcome in outcomes if "repeats" in outcome]
    if histograms:
        length = max(map(len, histograms))
        cell["repeats"] = [statistics.median(counts[k] if k < len(counts) else 0 for counts in histograms) for k in range(length)]
    return cell


def rounded(value):
    """Five digits: what a table shows is what the file says."""
    if isinstance(value, float):
        return float(f"{value:.5g}")
    if isinstance(value, dict):
        return {key: rounded(part) for key, part in value.items()}
    return [rounded(part) for part in value] if isinstance(value, list) else value


def find(results, kind, ranks):
    """The cell, or None."""
    for cell in results["cells"]:
        if (cell["kind"], cell["ranks"]) == (kind, ranks):
            return cell
    return None


def large_ranks(results):
    return next((cell["ranks"] for cell in results["cells"] if cell["kind"] in LARGE), None)


def main_ranks(results):
    return sorted({cell["ranks"] for cell in results["cells"] if cell["kind"] in MAIN})


def host_of(directory):
    """Of the machine that ran it, as the server wrote it down."""
    server = json.loads((directory / "servers.jsonl").read_text().splitlines()[0])
    return {key: server.get(key) for key in ("processor", "cores", "weir", "libtorch", "mpi")}
