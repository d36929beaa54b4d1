"""What is run, what is not run again, and how an interrupt ends it."""

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

from reproduction import outcome
from reproduction.campaign import Campaign
from reproduction.execution import Execution, Failed, Interrupted
from reproduction.main import main, numbers, programs_in
from reproduction.runs import Run
from reproduction.settings import QUICK


class Folder(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="weir-paper-")
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)


class FakeWeir:
    """In place of `weir run` and `weir generate`: leaves what they would leave, and notes what was asked."""

    def __init__(self, fail_at=None):
        self.done, self.fail_at = [], fail_at

    def __call__(self, arguments, log):
        _, command, study, _, target = arguments
        name = pathlib.Path(target).name
        self.done.append(name)
        if name == self.fail_at:
            pathlib.Path(target).mkdir()
            raise Interrupted(name)
        if command == "generate":
            pathlib.Path(target).write_text("data")
            return
        content = json.loads(study.read_text())
        target.mkdir()
        batches = content["training"].get("stop", {}).get("batches", 7)
        (target / "summary.json").write_text(json.dumps({
            "status": "done", "batches": batches, "samples": {"trained": 10 * batches, "unique": 50},
            "samples_per_second": {"mean": 1}, "seconds": {"training": 1}}))
        records = [{"kind": "validation", "mse": 1, "relative_l2": 1, "loss": 1}, {"kind": "train", "loss": 1, "seconds": 1, "samples": 1},
                   {"kind": "histogram", "name": "repeats", "counts": [30, 20]},
                   {"kind": "histogram", "name": "repeats", "counts": [0, 50]}, {"kind": "buffer", "seconds": 0, "population": 1},
                   {"kind": "buffer", "seconds": 1, "population": 1}]
        (target / "metrics.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
        (target / "servers.jsonl").write_text('{"time": 100}\n')
        (target / "run").mkdir()
        (target / "run" / "journal.jsonl").write_text(
            '{"event": "submitted", "name": "s.0.0", "time": 100}\n{"event": "ended", "name": "s.0.0", "time": 101}\n')


class Resuming(Folder):
    def campaign(self, weir, settings=QUICK):
        return Campaign(settings, (1,), (1,), self.folder, programs_in(pathlib.Path("/bin")), weir, lambda text: None)

    def test_every_run_is_done_once_and_data_sets_are_made_when_they_are_wanted(self):
        weir = FakeWeir()
        outcomes = self.campaign(weir).run()
        self.assertEqual(weir.done, ["validation.h5", "fifo", "firo", "reservoir", "seed-1-10.h5", "offline", "offline-epochs",
                                     "large-online", "seed-1-1.h5", "large-offline"])
        self.assertEqual([one["kind"] for one in outcomes], ["fifo", "firo", "reservoir", "offline", "offline-epochs", "large-online",
                                                             "large-offline"])
        self.assertEqual([file.name for file in (self.folder / "data").iterdir()], ["validation.h5"])

    def test_what_is_done_is_not_done_again(self):
        with self.assertRaises(Interrupted):
            self.campaign(FakeWeir(fail_at="reservoir")).run()
        weir = FakeWeir()
        self.campaign(weir).run()
        self.assertEqual(weir.done[0], "reservoir")
        weir = FakeWeir()
        self.campaign(weir).run()
        self.assertEqual(weir.done, [])

    def test_a_run_of_other_settings_is_done_again(self):
        self.campaign(FakeWeir()).run()
        file = self.folder / "studies" / "seed-1" / "ranks-1" / "firo.json"
        file.write_text(file.read_text().replace('"seed": 1', '"seed": 5'))
        weir = FakeWeir()
        self.campaign(weir).run()
        self.assertEqual(weir.done, ["firo"])

    def test_offline_for_several_epochs_has_as_many_batches_as_the_reservoir(self):
        campaign = self.campaign(FakeWeir())
        campaign.run()
        study = campaign.study_of(Run("offline-epochs", 1, 1))
        self.assertEqual(study["training"]["stop"], {"batches": 7})
        self.assertEqual(study["training"]["epochs"], 1)  # 70 samples of 200


class Clients(Folder):
    def test_the_rate_between_two_series_is_compared_with_that_within(self):
        settings = QUICK  # five clients at a time
        spans = [(0, 10)] * 5 + [(20, 30)] * 5
        records = [{"seconds": 10, "samples": 1000}, {"seconds": 20 + settings.pace, "samples": 1010}, {"seconds": 30, "samples": 2010}]
        slow = outcome.slow_between_series(records, spans, settings)
        self.assertAlmostEqual(slow, 0.01, places=3)
        self.assertIsNone(outcome.slow_between_series(records, spans[:5], settings))

    def test_population_counts_while_clients_run(self):
        buffer = [{"seconds": 0, "population": QUICK.capacity}, {"seconds": 10, "population": 0}, {"seconds": 30, "population": 0}]
        self.assertAlmostEqual(outcome.population_of(buffer, [(0, 20)], QUICK), 0.5)

    def test_a_run_that_failed_is_none(self):
        (self.folder / "summary.json").write_text('{"status": "failed"}')
        self.assertIsNone(outcome.read_summary(self.folder))
        self.assertIsNone(outcome.read_summary(self.folder / "nowhere"))


WAITS = """import signal, sys, time
signal.signal(signal.SIGINT, lambda *_: (print("orderly"), sys.exit(130)))
print("ready", flush=True)
while True: time.sleep(1)"""
DEAF = WAITS.replace('lambda *_: (print("orderly"), sys.exit(130))', "signal.SIG_IGN")


class Executing(Folder):
    def execute_and_interrupt(self, program, patience=60):
        """What is left of a program that we were interrupted beside, as soon as it was ready; before we knew that it runs."""
        log = self.folder / "a.log"

        def start(*arguments, **options):
            started.append(subprocess.Popen(*arguments, **options))
            while "ready" not in log.read_text():
                self.assertIsNone(started[0].poll(), "it ended too soon")
            os.kill(os.getpid(), signal.SIGTERM)
            return started[0]

        started, execute = [], Execution(start, patience)
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        self.addCleanup(lambda: [signal.signal(*pair) for pair in before.items()])
        execute.listen()
        with self.assertRaises(Interrupted):
            execute([sys.executable, "-c", program], log)
        with self.assertRaises(Interrupted):  # no other one begins
            execute([sys.executable, "-c", "print('never')"], self.folder / "b.log")
        self.assertFalse((self.folder / "b.log").exists())
        return started[0].returncode, log.read_text()

    def test_a_program_that_fails_is_told_with_the_end_of_its_output(self):
        with self.assertRaisesRegex(Failed, "code 3(.|\n)*the reason"):
            Execution()([sys.executable, "-c", "import sys; print('the reason'); sys.exit(3)"], self.folder / "logs" / "a.log")

    def test_an_interrupt_ends_the_program_in_order(self):
        code, output = self.execute_and_interrupt(WAITS)
        self.assertEqual(code, 130)
        self.assertIn("orderly", output)

    def test_a_program_that_does_not_listen_is_killed(self):
        code, output = self.execute_and_interrupt(DEAF, patience=0)
        self.assertEqual(code, -signal.SIGKILL)
        self.assertNotIn("orderly", output)

    def test_an_interrupt_is_passed_on_to_the_program_that_runs(self):
        passed = []

        class Process:
            def send_signal(self, number):
                passed.append(number)

            def wait(self, timeout):
                execute.interrupt()
                execute.interrupt()
                return 130

        execute = Execution(lambda *_, **__: Process())
        with self.assertRaises(Interrupted):
            execute(["program"], self.folder / "a.log")
        self.assertEqual(passed, [signal.SIGINT])

    def test_a_program_that_was_interrupted_itself_interrupts_us(self):
        with self.assertRaises(Interrupted):
            Execution()([sys.executable, "-c", "import sys; sys.exit(130)"], self.folder / "a.log")


class CommandLine(Folder):
    def test_numbers_of_ranks(self):
        self.assertEqual(numbers("1,2"), (1, 2))
        for wrong in ("", "0", "1,1", "two"):
            self.assertRaises(ValueError, numbers, wrong)

    def test_what_cannot_be_is_refused_before_anything_runs(self):
        for wrong in (["--seeds", "0"], ["--ranks", "100000"], ["--ranks", "x"]):
            with open(os.devnull, "w") as nowhere, contextlib.redirect_stderr(nowhere), self.assertRaises(SystemExit) as end:
                main(["--bin", "/bin", "--output", str(self.folder / "D"), *wrong])
            self.assertEqual(end.exception.code, 2)
        self.assertFalse((self.folder / "D").exists())


if __name__ == "__main__":
    unittest.main(verbosity=2)
