"""Killed and unkilled trainings with the same order of arrivals end in the same weights, to the bit.

A study with "reproducible": true is killed at a chosen batch and goes on from its newest cut; `weir replay` repeats its training, from
the order of arrivals that it recorded, in one go. The same for a study that nobody killed. Autoregressive samples as well: a replay reads both
steps of each pair from a data set, so weights that agree say that every pair of the killed study was of these two steps, to the bit.
"""

import os

from faulty_run import Failure, FaultyRun, heat2d_study
from whole import WEIR, WholeTest, main

NIGHTLY = "WEIR_NIGHTLY" in os.environ
OPTIMIZERS = ("adam", "adamw", "sgd")
# "mixed" in the place of an optimiser: adam with all of these.
MIXED = {"precision": "bf16", "accumulate": 2, "average": 0.9, "clip": 1}
KILLS = {1: range(2, 42, 2), 2: range(1, 21)}  # ranks → batches after which the server is killed


def cases():
    """(optimiser, server ranks, batch of the kill; None: none, lead; 0: direct samples)"""
    if NIGHTLY:
        plain = [(optimizer, ranks, kill, 0) for optimizer in OPTIMIZERS for ranks in KILLS for kill in (None, *KILLS[ranks])]
        mixed = [("mixed", ranks, kill, 0) for ranks in KILLS for kill in (None, *range(1, 9))]
        return plain + mixed + [("adam", ranks, kill, lead) for lead in (1, 4) for ranks in KILLS for kill in (None, *KILLS[ranks])]
    return [("adamw", 2, 11, 0), ("sgd", 1, 17, 0), ("mixed", 2, 9, 0), ("adam", 1, 17, 1), ("adam", 2, 11, 3)]


def study_of(optimizer, ranks, buffer, lead=0):
    study = heat2d_study(seed=3, ranks=ranks, buffer=buffer)
    study["reproducible"] = True
    study["training"]["optimizer"] = {"kind": "adam" if optimizer == "mixed" else optimizer, "learning_rate": 1e-3}
    if optimizer == "mixed":
        study["training"] |= MIXED
    study["training"]["schedule"] = {"kind": "step", "every": 60, "factor": 0.5}
    if lead:
        study["training"]["samples"] = {"kind": "autoregressive", "lead": lead}
    return study


class ReplayTest(WholeTest):
    def generate(self):
        """Samples do not hang on what trains on them: one data set for all."""
        data = self.folder / "data.h5"
        code, output = self.run_program(WEIR, "generate", self.write_study(study_of("adam", 1, "firo")), "--to", data)
        self.assertEqual(code, 0, output)
        return data

    def run_and_replay(self, optimizer, ranks, kill, lead, data):
        """Whether the study was killed."""
        with FaultyRun(study_of(optimizer, ranks, "reservoir" if ranks == 1 else "firo", lead)) as run:
            hit = run.folder / "hit"
            run.env = {"WEIR_FAILPOINT": f"trainer.after_step:kill:{kill}:{hit}"} if kill else {}
            run.start()
            try:
                run.check()
                run.output_of(WEIR, "replay", run.directory, "--data", data, "--to", run.folder / "replayed")
            except Failure as failure:
                self.fail(f"{failure}\n{run.logs()}")
            trained, replayed = (folder / "model" / "model.safetensors" for folder in (run.directory, run.folder / "replayed"))
            self.assertEqual(trained.read_bytes(), replayed.read_bytes(), "the weights differ")
            return hit.exists()

    def test_replay_of_a_study_ends_with_its_weights_to_the_bit(self):
        data, chosen, kills = self.generate(), cases(), 0
        for optimizer, ranks, kill, lead in chosen:
            with self.subTest(optimizer=optimizer, ranks=ranks, kill=kill, lead=lead):
                killed = self.run_and_replay(optimizer, ranks, kill, lead, data)
                self.assertEqual(killed, kill is not None)
                kills += killed
        print(f"{len(chosen)} studies replayed to the same weights, {kills} of which were killed")


if __name__ == "__main__":
    main()
