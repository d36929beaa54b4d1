"""What reproduce does, once everything is built: runs, results, tables, page."""

import argparse
import dataclasses
import json
import os
import pathlib
import sys
import time

from .campaign import Campaign, write_json
from .execution import Execution, Failed, Interrupted
from .page import comparisons, page
from .results import host_of, results_of
from .settings import LAPTOP, QUICK
from .tables import markdown, tally

HERE = pathlib.Path(__file__).resolve().parents[1]


@dataclasses.dataclass(frozen=True)
class Programs:
    weir: pathlib.Path
    solver: pathlib.Path  # at full pace
    paced: pathlib.Path


def programs_in(folder):
    return Programs(folder / "weir", folder / "heat2d_c", folder / "paced_heat2d")


def published():
    return json.loads((HERE / "published.json").read_text())


def numbers(text):
    """"1,2" as (1, 2)."""
    values = tuple(int(part) for part in text.split(","))
    if not values or min(values) < 1 or len(set(values)) < len(values):
        raise ValueError
    return values


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def parse(arguments):
    parser = argparse.ArgumentParser(prog="examples/paper/reproduce", add_help=False)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seeds", type=int)
    parser.add_argument("--ranks", type=numbers)
    options = parser.parse_args(arguments)
    settings = QUICK if options.quick else LAPTOP
    seeds = settings.seeds if options.seeds is None else tuple(range(1, options.seeds + 1))
    ranks = options.ranks or settings.ranks
    if not seeds:
        parser.error(f"--seeds is {options.seeds}; it must be at least 1")
    cores = len(os.sched_getaffinity(0))
    if max(ranks) > cores:
        parser.error(f"--ranks is {max(ranks)}, and this machine has {cores} cores; ranks that share one would measure each other")
    return options, settings, seeds, ranks


def write_results(campaign, outcomes, settings, programs, output):
    host = host_of(campaign.directory(campaign.runs[0]))
    results = results_of(outcomes, json.loads(json.dumps(dataclasses.asdict(settings))), host)
    write_json(output / "results.json", results)
    (output / "tables.md").write_text(markdown(results, published()))
    reports = {}
    for number, (title, runs) in enumerate(comparisons(campaign.runs).items()):
        file = output / f"comparison-{number}.html"
        campaign.execute([programs.weir, "report", *map(campaign.directory, runs), "--to", file], campaign.log(file.stem))
        reports[title] = file.read_text()
    (output / "page.html").write_text(page(results, published(), reports))
    return results


def main(arguments):
    options, settings, seeds, ranks = parse(arguments)
    execute = Execution()
    execute.listen()
    output, programs = options.output.resolve(), programs_in(options.bin.resolve())
    campaign = Campaign(settings, seeds, ranks, output, programs, execute, say)
    began = time.monotonic()
    try:
        results = write_results(campaign, campaign.run(), settings, programs, output)
    except Interrupted:
        print("interrupted; the same command goes on with the runs that are left", file=sys.stderr)
        return 130
    except Failed as failure:
        print(f"examples/paper/reproduce: {failure}", file=sys.stderr)
        return 1
    say(f"done after {time.monotonic() - began:.0f} s. {tally(results, published())}")
    print(f"page:    {output}/page.html\ntables:  {output}/tables.md\nresults: {output}/results.json")
    return 0
