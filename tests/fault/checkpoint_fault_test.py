"""Checkpoints that cannot be written, or are damaged when they are needed."""

import json
import os
import pathlib
import signal
import sys

from whole import WEIR, WholeTest, let_go, main, processes_of, toy_study, waiting

FULL_DISK = pathlib.Path(__file__).with_name("full_disk.py")
PLACES = 20  # in a checkpoint, at which the disk is full


def slow_study(count=6, **sections):
    """Some seconds, with a cut every 0.3 s."""
    return toy_study(count=count, steps=40, solver=("--delay-ms", 15), checkpoint={"every": 0.3}, **sections)


class CheckpointFaultTest(WholeTest):
    def setUp(self):
        super().setUp()
        self.directory = self.folder / "D"

    def published(self):
        """Numbers of the checkpoints that are there, ascending."""
        folder = self.directory / "checkpoints"
        return sorted(int(entry.name) for entry in folder.iterdir() if entry.name.isdigit()) if folder.is_dir() else []

    def told(self):
        """Numbers of the cuts that were published, by metrics.jsonl."""
        lines = (self.directory / "metrics.jsonl").read_text().splitlines()
        return [record for record in map(json.loads, lines) if record["kind"] == "checkpoint"]

    def warnings(self, rank=0):
        lines = (self.directory / "logs" / f"server.{rank}.log").read_text().splitlines()
        return [line for line in lines if "[warning]" in line and "checkpoint" in line]

    # No room

    def test_full_disk_is_told_once_and_the_next_cut_is_written_when_there_is_room(self):
        path = self.write_study(slow_study(count=1000))
        checkpoints = self.directory / "checkpoints"
        grow = (f"until [ -d {self.directory}/run ]; do sleep 0.01; done; mkdir -p -m 700 {checkpoints}; "
                f"mount -t tmpfs -o size=4k,mode=700 tmpfs {checkpoints}; "
                f"until grep -q 'warning.*checkpoint' {self.directory}/logs/server.0.log; do sleep 0.05; done; sleep 1; "
                f"mount -o remount,size=64m {checkpoints}; "
                f"until [ $(ls {checkpoints} | grep -c '^[0-9]*$') -ge 2 ]; do sleep 0.05; done; {WEIR} stop {self.directory}")
        script = f"({grow}) & {WEIR} run {path} --output {self.directory}; code=$?; ls {checkpoints}; exit $code"
        code, output = self.run_program("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script)
        self.assertEqual(code, 130, output + self.logs(self.directory))
        self.assertEqual(self.summary(self.directory)["samples"]["lost"], 0)
        self.assertIn("no space left on device", "\n".join(self.warnings()).lower())
        self.assertEqual(len(self.warnings()), 1, self.warnings())
        self.assertGreater(len(self.told()), 1)

    def test_disk_that_fills_up_at_any_place_of_a_checkpoint_costs_that_one(self):
        path = self.write_study(toy_study(count=1000, steps=40, size=1024, solver=("--delay-ms", 15), checkpoint={"every": 0.2}))
        code, output = self.run_program("unshare", "--user", "--map-root-user", "--mount", sys.executable, FULL_DISK, path,
                                        self.directory, str(PLACES), deadline=250)
        self.assertEqual(code, 0, output + self.logs(self.directory))
        print(output.splitlines()[-1], flush=True)
        self.assertEqual(self.summary(self.directory)["samples"]["lost"], 0)

    def test_rank_that_cannot_write_its_part_costs_a_cut_and_nothing_else(self):
        study = slow_study(server={"ranks": 2})
        path = self.write_study(study)
        code, output = self.run_program(WEIR, "run", path, "--output", self.directory, WEIR_FAILPOINT_RANK=1,
                                        WEIR_FAILPOINT="checkpoint.part_written:error:1")
        self.assertEqual(code, 0, output + self.logs(self.directory))
        self.assert_nothing_lost(self.directory, simulations=6, steps=40)
        self.assertEqual(self.warnings(rank=0), [])
        self.assertIn("checkpoint.part_written", "\n".join(self.warnings(rank=1)))
        self.assertGreater(len(self.told()), 1)

    # Damage

    def run_until_cuts_and_kill(self, cuts):
        """Kills launcher and server, and then the solvers, once `cuts` checkpoints are there."""
        path = self.write_study(waiting(slow_study()))
        with self.started(WEIR, "run", path, "--output", self.directory) as process:
            self.wait_until(lambda: len(self.published()) >= cuts and self.published()[-1] >= 3, "cuts are published", process=process)
            process.kill()
            for program in ("weir-server", "toy_solver"):
                for pid in processes_of(self.directory, program):
                    os.kill(pid, signal.SIGKILL)
                self.wait_until(lambda program=program: not processes_of(self.directory, program), "they are gone")

    def damage(self, number):
        """Flips a bit in the middle of the largest file of a checkpoint."""
        files = [file for file in (self.directory / "checkpoints" / str(number)).rglob("*") if file.is_file()]
        file = max(files, key=lambda each: each.stat().st_size)
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)

    def resume(self):
        let_go(self.directory)
        path = self.folder / "study.json"
        code, output = self.run_program(WEIR, "run", path, "--output", self.directory, "--resume")
        self.assertEqual(code, 0, output + self.logs(self.directory))
        self.assert_nothing_lost(self.directory, simulations=6, steps=40)
        return (self.directory / "logs" / "server.0.log").read_text()

    def test_damaged_newest_checkpoint_is_passed_over_for_the_one_before(self):
        self.run_until_cuts_and_kill(cuts=2)
        older, newest = self.published()[-2:]
        self.damage(newest)
        log = self.resume()
        self.assertIn(f"checkpoint {newest} is damaged and is not used", log)
        self.assertNotIn(f"checkpoint {older} is damaged", log)
        self.assertNotIn("starts from nothing", log)

    def test_study_whose_every_checkpoint_is_damaged_starts_from_nothing_and_completes(self):
        self.run_until_cuts_and_kill(cuts=2)
        for number in self.published():
            self.damage(number)
        self.assertIn("starts from nothing", self.resume())


if __name__ == "__main__":
    main()
