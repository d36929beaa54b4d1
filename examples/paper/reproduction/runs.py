"""Which runs the reproduction is made of, in the order in which they run."""

import dataclasses

MAIN = ("fifo", "firo", "reservoir", "offline", "offline-epochs")
LARGE = ("large-online", "large-offline")


@dataclasses.dataclass(frozen=True)
class Run:
    kind: str  # of MAIN or LARGE
    ranks: int
    seed: int

    @property
    def name(self):
        return f"seed-{self.seed}/ranks-{self.ranks}/{self.kind}"

    @property
    def is_online(self):
        return not self.kind.endswith(("offline", "epochs"))

    @property
    def equal_to(self):
        """The run that this one has to equal in batches; None: it ends with its samples."""
        partner = {"offline-epochs": "reservoir", "large-offline": "large-online"}.get(self.kind)
        return partner and Run(partner, self.ranks, self.seed)


def all_runs(settings, seeds, ranks):
    """By seed, so that a data set is wanted for a short while only; a run stands behind the one it has to equal."""
    runs = []
    for seed in seeds:
        runs += [Run(kind, count, seed) for count in ranks for kind in MAIN]
        runs += [Run(kind, min(settings.large_ranks, max(ranks)), seed) for kind in LARGE]
    return runs


def simulations_of(run, settings):
    return {"large-online": settings.large, "large-offline": settings.stored}.get(run.kind, settings.simulations)
