"""The sizes of the reproduction: the laptop's, and a small one for tests."""

import dataclasses

BATCH = 10  # samples a rank, as in the paper


@dataclasses.dataclass(frozen=True)
class Settings:
    name: str
    grid: int
    steps: int
    dt: float  # s
    simulations: int
    clients: int  # at a time: a series, submitted together
    pace: float  # least seconds of a step of a client
    capacity: int  # of the buffer, a rank
    watermark: int  # of FIRO and reservoir
    measured: int  # samples that the fields are normalised by
    validations: int  # unseen simulations
    validate_every: int  # batches
    seeds: tuple
    ranks: tuple
    large: int  # simulations of the large study, online
    stored: int  # simulations of its data set, offline
    large_ranks: int


# The paper's main study is 250 simulations in series of 100, a buffer of 6000 and a watermark of 1000; 40, 2500 and 500
# are the same shares of 100 simulations.
LAPTOP = Settings(
    name="laptop", grid=100, steps=100, dt=0.01, simulations=100, clients=40, pace=0.06, capacity=2500, watermark=500,
    measured=500, validations=10, validate_every=100, seeds=(1, 2, 3), ranks=(1, 2), large=240, stored=24, large_ranks=2)

QUICK = Settings(
    name="quick", grid=20, steps=20, dt=0.05, simulations=10, clients=5, pace=0.01, capacity=50, watermark=10,
    measured=50, validations=2, validate_every=10, seeds=(1,), ranks=(1,), large=15, stored=1, large_ranks=1)
