#!/usr/bin/env python3
"""Kill -9 at each failpoint, and at random times, of a real study: it completes, nothing is lost, nothing counts twice.

    tests/fault/campaign.py [--commit | --all | --random N] [--seed S] [--only REGEX] [--ranks 1,2] [--seeds 1,2,3] [--jobs N]

Prints a line a case, a failed one with the command that repeats it, and the counts. WEIR_BUILD names the build folder
(default: build); WEIR_KEEP=1 keeps the folders of the studies.
"""

import argparse
import contextlib
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests" / "support"))
os.environ.setdefault("WEIR_BUILD", str(ROOT / "build"))

from faulty_run import Failure, FaultyRun, heat2d_study  # noqa: E402 (the path comes first)
from oar_study import STUB  # noqa: E402
from slurm import Slurm  # noqa: E402
from slurm_study import CLIENTS, SERVER  # noqa: E402
from whole import BUILD, TOY  # noqa: E402

SEEDS, RANKS = (1, 2, 3), (1, 2)

# Ten of them, from every group, with 1 and 2 ranks: (failpoint, seed, ranks).
EACH_COMMIT = (
    ("client.after_chunk", 1, 2),
    ("client.after_end", 2, 1),
    ("client.after_welcome", 1, 1),
    ("aggregator.after_accept", 3, 2),
    ("aggregator.before_finished", 1, 1),
    ("trainer.after_step", 2, 2),
    ("checkpoint.after_rename", 1, 1),
    ("checkpoint.before_rename", 2, 2),
    ("launcher.after_intent", 1, 1),
    ("launcher.after_submit", 2, 2),
)

# At which passage the process dies, by seed; the first one where nothing is said. A process passes the others once or twice only.
PASSAGES = {
    "aggregator.after_accept": (1, 17, 60),
    "aggregator.before_accept": (1, 17, 60),
    "client.after_chunk": (1, 9, 14),
    "client.after_send": (1, 9, 14),
    "client.before_chunk": (1, 9, 14),
    "launcher.after_intent": (1, 3, 6),
    "launcher.after_job_file": (1, 3, 6),
    "launcher.after_oarsub": (1, 3, 6),
    "launcher.after_sbatch": (1, 3, 6),
    "launcher.after_submit": (1, 3, 6),
    "launcher.after_submitted": (1, 3, 6),
    "launcher.before_intent": (1, 3, 6),
    "launcher.before_job_file": (1, 3, 6),
    "launcher.before_sbatch": (1, 3, 6),
    "trainer.after_step": (1, 9, 20),
}

# What has to happen first for a place to be reached at all.
AFTER = {
    "aggregator.after_lacking": "server killed",
    "client.after_follow": "server killed",
    "client.before_follow": "server killed",
    "launcher.after_find": "launcher killed",
    "launcher.after_server_end": "server killed",
    "launcher.before_server_killed": "server stopped",
    "launcher.before_server_restart": "server killed",
}

# Reached by solvers of several ranks only.
SOLVER_RANKS = {"client.after_gather": 2, "client.before_gather": 2}

# The scheduler that passes a place, where it is not "local": of Slurm there is a private one, of OAR the stub.
SCHEDULERS = {
    "local-pool": re.compile(r"launcher\.(pilot_|(before|after)_given|(before|after)_pilot_submit|after_task_file)"),
    "oar": re.compile(r"launcher\.after_oarsub"),
    "slurm": re.compile(r"launcher\.(before|after)_(sbatch|job_file)"),
}

# Passed when the sampling is adaptive.
ADAPTIVE = re.compile(r"_redraw|_settled")

# Passed by rank 0 alone, or by a rank that cannot be foretold: never bound to a rank.
ANY_RANK = re.compile(r"client\.|launcher\.|checkpoint\.|aggregator\.(after_lacking|launcher_message)|trainer\..*_(export|redraw|settled)")


def failpoints():
    return subprocess.run([BUILD / "bin" / "weir-failpoints"], capture_output=True, text=True, check=True).stdout.split()


def scheduler_of(name):
    return next((scheduler for scheduler, names in SCHEDULERS.items() if names.match(name)), "local")


class Tally:
    """Counts of a campaign, and its failures."""

    def __init__(self):
        self.runs = self.kills = self.resumes = self.samples = 0
        self.failures = []

    def add(self, other):
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)

    def close(self):
        """Prints the counts; the exit code."""
        for failure in self.failures:
            print(f"FAILED {failure}")
        print(f"campaign: {self.runs} studies, {self.kills} kills, {self.resumes} launchers resumed; {self.samples} samples "
              f"expected, {len(self.failures)} studies failed")
        return 1 if self.failures or self.runs == 0 else 0


def first_fault(run, what):
    """The fault without which the failpoint would not be met; after the first cut, where one comes."""
    checkpoints = run.directory / "checkpoints"
    run.wait_until(lambda: checkpoints.is_dir() and any(entry.name.isdigit() for entry in checkpoints.iterdir()), "a cut is published")
    kind, how = what.split()
    run.kill(kind, how=signal.SIGSTOP if how == "stopped" else signal.SIGKILL)


def failpoint_environment(name, seed, ranks, once):
    passage = PASSAGES.get(name, (1, 1, 1))[(seed - 1) % 3]
    env = {"WEIR_FAILPOINT": f"{name}:kill:{passage}:{once}"}
    if ranks > 1 and seed > 1 and not ANY_RANK.match(name):
        env["WEIR_FAILPOINT_RANK"] = seed % 2
    return env


def slow_down(study):
    """Two solvers of two seconds and more: both live when the first fault comes, which is as soon as there is a cut."""
    command = [str(TOY), "--size", "64", "--steps", "200", "--delay-ms", "10"]
    study["simulation"].update({"count": 2, "steps": 200, "fields": [{"name": "u", "shape": [64]}], "command": command})


def surroundings(scheduler, run, cluster):
    """What the scheduler's commands find in their environment."""
    if scheduler == "slurm":
        return cluster.environment()
    if scheduler == "oar":
        (run.folder / "oar").mkdir()
        return {"PATH": f"{STUB}:{os.environ['PATH']}", "OAR_STUB": run.folder / "oar"}
    return {}


def run_failpoint(name, seed, ranks, tally, cluster):
    """One study, killed once at `name`."""
    buffer = "reservoir" if seed == 3 and name not in AFTER else "firo"
    study = heat2d_study(seed=seed, ranks=ranks, buffer=buffer)
    if ADAPTIVE.search(name):
        study["sampling"] = {"adaptive": {"kind": "loss", "every": 5}}
    if name in AFTER:
        slow_down(study)
    study["simulation"]["ranks"] = SOLVER_RANKS.get(name, 1)
    if "_follow" in name:  # a server that is started again listens elsewhere over TCP alone
        study["server"]["transport"] = {"kind": "tcp", "interface": "lo"}
    scheduler = scheduler_of(name)
    study["launcher"] |= {"scheduler": scheduler, "poll": 0.3}
    if scheduler == "slurm":
        study["launcher"] |= {"server": SERVER, "clients": CLIENTS}
    if AFTER.get(name) == "server stopped":
        study["launcher"].update({"watchdog": 3, "server_start": 15})  # a launcher that comes later finds it stopped as well
    with FaultyRun(study) as run:
        once = run.folder / "hit"
        if "validation" in name:
            run.validate()
        run.env = failpoint_environment(name, seed, ranks, once) | surroundings(scheduler, run, cluster)
        run.start()
        if name in AFTER:
            first_fault(run, AFTER[name])
        finish_case(run, f"{name} seed {seed} ranks {ranks}",
                    f"--only '^{name}$' --seeds {seed} --ranks {ranks}", tally, lambda: check_reached(once))
        tally.kills += once.exists()


def run_failpoints(cases, jobs, tally):
    """`jobs` studies at a time, each with an account of its own."""
    def run_case(case):
        own = Tally()
        run_failpoint(*case, own, cluster)
        return own

    wants_slurm = any(scheduler_of(name) == "slurm" for name, *_ in cases)
    with Slurm() if wants_slurm else contextlib.nullcontext() as cluster, ThreadPoolExecutor(jobs) as pool:
        for own in pool.map(run_case, cases):
            tally.add(own)


def check_reached(once):
    if not once.exists():
        raise Failure("the failpoint was not reached")


def finish_case(run, title, replay, tally, then=lambda: None):
    """Checks the study, prints the case's line and counts it."""
    tally.runs += 1
    tally.samples += len(run.expected())
    try:
        summary = run.check()
        then()
        note = f"ok, {summary['samples']['duplicate']} duplicates dropped, {summary['simulations']['restarted']} simulations and " \
               f"{summary['server']['restarts']} servers started again"
    except Failure as failure:
        note = f"FAILED: {failure}"
        tally.failures.append(f"{title}: {failure}\n{run.logs()}\n  again: tests/fault/campaign.py {replay}")
    tally.resumes += run.resumes
    print(f"{title}: {note} ({run.seconds():.1f} s)", flush=True)


def kill_one(run, chance):
    """Kills a random process of a random kind that there is; its kind, or nothing when the study has ended."""
    kinds, pick = ["client", "server", "mpirun", "launcher"], chance.random()
    chance.shuffle(kinds)
    if run.process.poll() is not None:
        return None
    kind = next(kind for kind in kinds if run.kill(kind, lambda found: sorted(found)[int(pick * len(found))]))
    if kind == "launcher" and run.process.wait(10) == -signal.SIGKILL:
        run.start_again()
    return kind


def run_random(seed, kills, ranks, tally):
    """One study, of which `kills` random processes are killed, each at a random time after the one before."""
    chance = random.Random(seed)
    study = heat2d_study(seed=seed, ranks=ranks, buffer=chance.choice(("firo", "reservoir")), simulations=16, steps=100, grid=24)
    with FaultyRun(study) as run:
        run.start()
        done = []
        for _ in range(kills):
            time.sleep(chance.uniform(0.1, 2))
            if (kind := kill_one(run, chance)) is not None:
                done.append(kind)
        tally.kills += len(done)
        finish_case(run, f"random seed {seed} ranks {ranks} ({', '.join(done)})", f"--random {kills} --seed {seed} --ranks {ranks}", tally)


def campaign_at_random(number, seed, ranks, tally):
    """`number` kills, five a study."""
    first = random.SystemRandom().randrange(1, 1 << 30) if seed is None else seed
    print(f"random kills from seed {first} on", flush=True)
    k = 0
    while tally.kills < number and k < number:
        run_random(first + k, min(5, number - tally.kills), ranks[k % len(ranks)], tally)
        k += 1


def numbers(text):
    return [int(part) for part in text.split(",")]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--commit", action="store_true", help="the ten that every commit runs (default)")
    parser.add_argument("--all", action="store_true", help="every failpoint, with each seed and number of ranks")
    parser.add_argument("--random", type=int, metavar="N", help="N kills of random processes at random times")
    parser.add_argument("--seed", type=int, help="of --random; printed when it is not given")
    parser.add_argument("--only", metavar="REGEX", help="failpoints that match, with each seed and number of ranks")
    parser.add_argument("--seeds", type=numbers, default=SEEDS)
    parser.add_argument("--ranks", type=numbers, default=RANKS)
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="studies with a failpoint at a time")
    return parser.parse_args()


def cases(options):
    if not options.all and not options.only:
        return EACH_COMMIT
    names = [name for name in failpoints() if re.search(options.only or "", name)]
    return [(name, seed, ranks) for name in names for seed in options.seeds for ranks in options.ranks]


def main():
    options = arguments()
    tally = Tally()
    if options.random:
        campaign_at_random(options.random, options.seed, options.ranks, tally)
    else:
        run_failpoints(cases(options), options.jobs, tally)
    return tally.close()


if __name__ == "__main__":
    sys.exit(main())
