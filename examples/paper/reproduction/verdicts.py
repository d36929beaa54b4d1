"""Where the shapes agree with the published ones and where they do not, computed from both."""

import dataclasses

from .results import find, large_ranks, main_ranks

STOPS = 1 / 3  # of its rate: a trainer that is slower between two series has nearly stopped
ALIKE = 0.1  # values that differ by less than this share count as equal, in the paper and here
SIGNS = {-1: "<", 0: "≈", 1: ">"}
NAMES = {"fifo": "FIFO", "firo": "FIRO", "reservoir": "reservoir", "offline": "offline", "offline-epochs": "offline, several epochs",
         "large-online": "online", "large-offline": "offline, several epochs"}

ERROR_PAIRS = (("reservoir", "fifo"), ("reservoir", "firo"), ("firo", "fifo"), ("reservoir", "offline"), ("firo", "offline"))
RATE_PAIRS = (("reservoir", "fifo"), ("firo", "fifo"), ("fifo", "offline"), ("reservoir", "offline"))
SCALED = ("fifo", "firo", "reservoir", "offline")

FAST_FILES = "here a data set of some hundred MB comes out of the system's memory; the paper's came off a parallel file system, 4 MB a sample"
SHARED_CORES = "two ranks and all clients share the cores of one machine; the paper's ranks have a GPU each and its clients other nodes"
MORE_BATCHES = ("beside its clients the trainer is faster here than the paper's was, so that the reservoir repeats each sample more often: it "
                "takes more steps than the one epoch")
BLURRED = ("the bar of a third is ours; a rate is that of ten batches, on two ranks of 200 samples, and when the first of a series has ended "
           "others still send")
SMALL = "one percent of the values of a field, another data set and a few seeds: near values may fall either way"


@dataclasses.dataclass(frozen=True)
class Verdict:
    about: str  # which table or figure
    claim: str
    published: str  # "" where the paper has no number for it
    here: str
    agrees: bool
    seeds: str  # how many of them say the same as the median
    why: str  # when it does not agree; else ""


def sign(ratio):
    return 0 if abs(ratio - 1) < ALIKE else (1 if ratio > 1 else -1)


def number(value):
    return f"{value:.3g}"


def comparison(about, claim, published, here, by_seed, why):
    """Of a published ratio with ours. `claim` has {} where the sign of the published one goes."""
    wanted = sign(published)
    agrees = sign(here) == wanted
    alike = sum(sign(ratio) == sign(here) for ratio in by_seed)
    return Verdict(about, claim.format(SIGNS[wanted]), f"ratio {number(published)}", f"ratio {number(here)}", agrees,
                   f"{alike} of {len(by_seed)}", "" if agrees else why)


def ratios(first, second, measure):
    """(of the medians, of each seed)."""
    by_seed = [a / b for a, b in zip(first[measure]["seeds"], second[measure]["seeds"])]
    return first[measure]["median"] / second[measure]["median"], by_seed


def ranks_text(ranks):
    return f"{ranks} rank" + ("s" if ranks > 1 else "")


def why_not(measure, a, b, here):
    if measure == "samples_per_second":
        return FAST_FILES if b == "offline" else SHARED_CORES
    return MORE_BATCHES if (a, b) == ("reservoir", "offline") and here < 1 else SMALL


def pair_verdicts(results, published, ranks, measure, pairs, about):
    for a, b in pairs:
        first, second = find(results, a, ranks), find(results, b, ranks)
        told = published["main"].get(a, {}), published["main"].get(b, {})
        if not (first and second and all(str(ranks) in one.get(measure, {}) for one in told)):
            continue
        here, by_seed = ratios(first, second, measure)
        why = why_not(measure, a, b, here)
        yield comparison(about, f"{NAMES[a]} {{}} {NAMES[b]}, {ranks_text(ranks)}",
                         told[0][measure][str(ranks)] / told[1][measure][str(ranks)], here, by_seed, why)


def scaling_verdicts(results, published):
    ranks = main_ranks(results)
    for kind in SCALED:
        for few, many in zip(ranks, ranks[1:]):
            rates = published["main"][kind]["samples_per_second"]
            if not (str(few) in rates and str(many) in rates):
                continue
            here, by_seed = ratios(find(results, kind, many), find(results, kind, few), "samples_per_second")
            yield comparison("samples/s", f"{NAMES[kind]}: {many} ranks {{}} {few}", rates[str(many)] / rates[str(few)], here, by_seed,
                             SHARED_CORES)


def large_verdicts(results, published):
    ranks = large_ranks(results)
    if ranks is None:
        return
    online, offline = find(results, "large-online", ranks), find(results, "large-offline", ranks)
    told = published["large"]["large-online"], published["large"]["large-offline"]
    for measure, about, why in (("minimum_mse", "minimum error", SMALL), ("samples_per_second", "samples/s", FAST_FILES)):
        here, by_seed = ratios(online, offline, measure)
        yield comparison(f"large study, {about}", "online {} offline on fewer simulations, equal batches",
                         told[0][measure] / told[1][measure], here, by_seed, why)


def expectation(about, claim, values, text, holds, why):
    """Of a figure whose values are not published: what the algorithm leads to. `values`: {median, seeds}."""
    agrees = holds(values["median"])
    alike = sum(holds(value) == agrees for value in values["seeds"])
    return Verdict(about, claim, "", text.format(number(values["median"])), agrees, f"{alike} of {len(values['seeds'])}",
                   "" if agrees else why)


def figure_verdicts(results):
    starts = "the start of a whole series of processes takes the cores from the trainer for a moment"
    rows = (
        ("throughput", "fifo", "slow_between_series", "FIFO nearly stops between two series of clients", "at {} of its rate",
         lambda value: value < STOPS, BLURRED),
        ("throughput", "firo", "slow_between_series", "FIRO nearly stops between two series of clients", "at {} of its rate",
         lambda value: value < STOPS, BLURRED),
        ("throughput", "reservoir", "slow_between_series", "the reservoir goes on between two series", "at {} of its rate",
         lambda value: value >= STOPS, starts),
        ("population", "fifo", "population", "FIFO's buffer is nearly empty", "{} of it taken", lambda value: value < 0.25,
         "the trainer was slower than the clients"),
        ("population", "reservoir", "population", "the reservoir is full most of the time", "{} of it taken",
         lambda value: value > 0.7, "it had not filled up"),
        ("repeats", "fifo", "times_drawn", "FIFO gives each sample out once", "{} times", lambda value: value == 1, "a defect"),
        ("repeats", "firo", "times_drawn", "FIRO gives each sample out once", "{} times", lambda value: value == 1, "a defect"),
        ("repeats", "reservoir", "times_drawn", "the reservoir repeats samples", "{} times", lambda value: value > 1.1,
         "the clients were as fast as the trainer"),
        ("losses", "fifo", "validation_over_training_loss", "FIFO's training loss says less than the truth",
         "validation loss {} times the training loss", lambda value: value > 1.5, "a few simulations at a time were enough"),
    )
    for ranks in main_ranks(results):
        for about, kind, measure, claim, text, holds, why in rows:
            cell = find(results, kind, ranks)
            if cell and measure in cell:
                yield expectation(about, f"{claim}, {ranks_text(ranks)}", cell[measure], text, holds, why)


def verdicts_of(results, published):
    verdicts = []
    for ranks in main_ranks(results):
        verdicts += pair_verdicts(results, published, ranks, "minimum_mse", ERROR_PAIRS, "minimum error")
        verdicts += pair_verdicts(results, published, ranks, "samples_per_second", RATE_PAIRS, "samples/s")
    verdicts += scaling_verdicts(results, published)
    verdicts += large_verdicts(results, published)
    return verdicts + list(figure_verdicts(results))
