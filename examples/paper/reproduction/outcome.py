"""The numbers of one run, out of what it left in its study directory."""

import json

from .runs import simulations_of


def read_summary(directory):
    """The summary of a run that has ended well; None of any other."""
    try:
        summary = json.loads((directory / "summary.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return summary if summary.get("status") == "done" else None


def read_metrics(directory):
    """Records of metrics.jsonl by kind."""
    records = {}
    for line in (directory / "metrics.jsonl").read_text().splitlines():
        record = json.loads(line)
        records.setdefault(record["kind"], []).append(record)
    return records


def read_clients(directory):
    """(begin, end) of each simulation's job, in seconds of training."""
    server = json.loads((directory / "servers.jsonl").read_text().splitlines()[0])
    begun, spans = {}, []
    for line in (directory / "run" / "journal.jsonl").read_text().splitlines():
        entry = json.loads(line)
        if entry.get("name", "").endswith(".server") or "time" not in entry:
            continue
        time = entry["time"] - server["time"]
        if entry["event"] == "submitted":
            begun[entry["name"]] = time
        elif entry["event"] == "ended" and entry["name"] in begun:
            spans.append((begun.pop(entry["name"]), time))
    return spans


def outcome_of(run, settings, directory):
    summary, metrics = read_summary(directory), read_metrics(directory)
    validations, train = metrics["validation"], metrics["train"]
    best = min(validations, key=lambda record: record["mse"])
    unique = summary["samples"]["unique"] if run.is_online else simulations_of(run, settings) * settings.steps
    last = train[-max(1, len(train) // 10):]
    numbers = {
        "kind": run.kind,
        "ranks": run.ranks,
        "seed": run.seed,
        "minimum_mse": best["mse"],
        "minimum_relative_l2": min(record["relative_l2"] for record in validations),
        "final_mse": validations[-1]["mse"],
        "validation_over_training_loss": validations[-1]["loss"] / (sum(record["loss"] for record in last) / len(last)),
        "samples_per_second": summary["samples_per_second"]["mean"],
        "training_seconds": summary["seconds"]["training"],
        "batches": summary["batches"],
        "trained": summary["samples"]["trained"],
        "unique": unique,
        "times_drawn": summary["samples"]["trained"] / unique,
    }
    if not run.is_online:
        return numbers
    clients = read_clients(directory)
    return numbers | {
        "repeats": repeats_of(metrics),
        "population": population_of(metrics["buffer"], clients, settings),
        "slow_between_series": slow_between_series(train, clients, settings),
    }


def repeats_of(metrics):
    """Rank 0's last histogram: how many samples were drawn once, twice, …"""
    histogram = [record for record in metrics["histogram"] if record["name"] == "repeats"][-1]
    return [int(count) for count in histogram["counts"][1:]]


def population_of(buffer, clients, settings):
    """Mean share of rank 0's buffer that is taken while clients run, each record standing for the time until the next."""
    end = max(span[1] for span in clients)
    taken = time = 0
    for record, following in zip(buffer, buffer[1:]):
        seconds = max(0, min(following["seconds"], end) - record["seconds"])
        taken += seconds * record["population"]
        time += seconds
    return taken / time / settings.capacity if time else 0


def slow_between_series(train, clients, settings):
    """Samples a second between two series of clients, over those while a series runs; 1: nobody notices.

    Between: from the first end of a client to the first step that one of the next series can have sent. None: one series."""
    spans = sorted(clients)
    series = [spans[k:k + settings.clients] for k in range(0, len(spans), settings.clients)]
    gaps = [(min(end for _, end in now), max(begin for begin, _ in following) + settings.pace)
            for now, following in zip(series, series[1:])]
    gaps = [(begin, end) for begin, end in gaps if end > begin]
    running = [(now[0][0], min(end for _, end in now)) for now in series]
    between, within = rate_in(train, gaps), rate_in(train, running)
    return between / within if gaps and within else None


def rate_in(train, intervals):
    """Mean samples a second within some intervals; samples between two records spread evenly."""
    samples = 0
    previous = {"seconds": 0, "samples": 0}
    for record in train:
        length = record["seconds"] - previous["seconds"]
        for begin, end in intervals:
            shared = min(end, record["seconds"]) - max(begin, previous["seconds"])
            if shared > 0:
                samples += (record["samples"] - previous["samples"]) * shared / length
        previous = record
    time = sum(end - begin for begin, end in intervals)
    return samples / time if time else 0
