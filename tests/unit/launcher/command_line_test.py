"""The command line of weir: exit codes and messages for what can be told before a server is needed."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

WEIR = os.environ["WEIR_PROGRAM"]


def toy_study():
    return {
        "name": "toy",
        "simulation": {"count": 2, "steps": 3, "fields": [{"name": "u", "shape": [4]}], "command": ["true"]},
        "parameters": [{"name": "a", "bounds": [0, 1]}],
        "buffer": {"kind": "fifo", "capacity": 20, "watermark": 0},
    }


class CommandLineTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="weir-cli-")
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def weir(self, *arguments):
        """(exit code, standard output, standard error)"""
        result = subprocess.run([WEIR, *map(str, arguments)], cwd=self.folder, capture_output=True, text=True, timeout=60)
        return result.returncode, result.stdout, result.stderr

    def assert_refused(self, code, text, *arguments):
        got, _, error = self.weir(*arguments)
        self.assertEqual(got, code, error)
        self.assertIn(text, error)
        self.assertEqual(error.count("\n"), 1, error)
        self.assertTrue(error.startswith("weir: "), error)

    def write(self, study, name="study.json"):
        path = self.folder / name
        path.write_text(study if isinstance(study, str) else json.dumps(study))
        return path

    def make_directory(self, **files):
        directory = self.folder / "D"
        (directory / "run").mkdir(parents=True)
        self.write(toy_study(), "D/study.json")
        for name, content in files.items():
            self.write(content, f"D/{name.replace('__', '/')}.json")
        return directory

    def test_help_names_every_command_and_every_exit_code(self):
        code, output, _ = self.weir("--help")
        self.assertEqual(code, 0)
        for word in ("check", "run", "status", "watch", "stop", "generate", "ledger", "plan", "replay", "report", "130"):
            self.assertIn(word, output)
        for command in ("check", "run", "status", "watch", "stop", "generate", "ledger", "plan", "replay", "report"):
            self.assertEqual(self.weir(command, "--help")[0], 0)

    def test_version_is_told(self):
        code, output, _ = self.weir("--version")
        self.assertEqual(code, 0)
        self.assertRegex(output, r"^\d+\.\d+\.\d+\n$")

    def test_wrong_usage_is_wrong_input(self):
        self.assert_refused(2, "subcommand")
        self.assert_refused(2, "launch", "launch")
        self.assert_refused(2, "STUDY.json", "run")
        self.assert_refused(2, "--fast", "run", "study.json", "--fast")
        self.assert_refused(2, "--to", "generate", "study.json")
        self.assert_refused(2, "--ranks", "run", "study.json", "--ranks", "0")

    def test_missing_study_file_is_named(self):
        for command in (("check",), ("plan",), ("run",), ("generate", "--to", "f.h5")):
            self.assert_refused(2, "missing.json", command[0], "missing.json", *command[1:])

    def test_wrong_study_is_named_with_its_place(self):
        study = toy_study()
        study["simulation"]["stpes"] = 3
        self.assert_refused(2, 'did you mean "steps"', "check", self.write(study))
        self.assert_refused(2, "broken.json", "run", self.write("{", "broken.json"))

    def test_check_names_the_solver_that_is_missing(self):
        study = toy_study()
        study["simulation"]["command"] = ["./solver"]
        code, output, _ = self.weir("check", self.write(study))
        self.assertEqual(code, 3)
        self.assertIn(f"error   simulation: there is no program '{self.folder}/solver'", output)

    def test_nothing_is_made_when_the_check_fails(self):
        study = toy_study()
        study["simulation"]["command"] = ["./solver"]
        code, _, error = self.weir("run", self.write(study), "--output", "D")
        self.assertEqual(code, 3)
        self.assertIn("weir: simulation: there is no program", error)
        self.assertFalse((self.folder / "D").exists())

    def test_folder_that_is_not_empty_is_not_used(self):
        self.make_directory()
        self.assert_refused(2, "--output", "run", self.write(toy_study()), "--output", "D")

    def test_data_set_that_is_there_is_not_overwritten(self):
        (self.folder / "f.h5").write_text("precious")
        self.assert_refused(2, "f.h5", "generate", self.write(toy_study()), "--to", "f.h5")
        self.assertEqual((self.folder / "f.h5").read_text(), "precious")

    def test_folder_without_a_study_is_wrong_input(self):
        for command in ("status", "stop", "ledger", "replay", "report"):
            self.assert_refused(2, "holds no study", command, self.folder)
            self.assert_refused(2, "holds no study", command, "nowhere")

    def test_status_of_an_ended_study_is_its_summary(self):
        summary = {"status": "failed", "reason": "no sample was received"}
        directory = self.make_directory(summary=summary)
        code, output, _ = self.weir("status", directory)
        self.assertEqual(code, 0)
        self.assertIn("failed: no sample was received", output)
        self.assertEqual(json.loads(self.weir("status", directory, "--json")[1]), summary)

    def test_status_says_when_the_launcher_is_gone(self):
        status = {"pid": 1, "host": "elsewhere", "time": 0, "phase": "running", "seconds": 3}
        directory = self.make_directory(run__status=status)
        self.assertIn("gone", self.weir("status", directory)[1])
        self.assertIn("toy: 2 simulations of 3 steps", self.weir("status", directory)[1])
        self.assertTrue(json.loads(self.weir("status", directory, "--json")[1])["stale"])

    def test_damaged_status_is_told(self):
        self.assert_refused(2, "status.json", "status", self.make_directory(run__status="{"))

    def test_stop_of_what_does_not_run_is_no_error(self):
        directory = self.make_directory()
        code, output, _ = self.weir("stop", directory)
        self.assertEqual((code, output), (0, "nothing runs\n"))
        self.write({"status": "done"}, "D/summary.json")
        self.assertIn("has ended", self.weir("stop", directory)[1])

    def test_replay_of_a_study_that_recorded_nothing_is_refused(self):
        self.assert_refused(2, '"reproducible": true', "replay", self.make_directory())

    def test_report_of_a_study_that_has_just_begun_is_made(self):
        directory = self.make_directory()
        code, output, error = self.weir("report", directory)
        self.assertEqual((code, output), (0, f"{directory}/report.html\n"), error)
        page = (directory / "report.html").read_text()
        self.assertIn("the study has not ended", page)
        self.assertIn("<title>toy</title>", page)

    def test_comparison_goes_to_a_file_that_is_named(self):
        directory = self.make_directory()
        self.assert_refused(2, "--to", "report", directory, directory)
        code, output, error = self.weir("report", directory, directory, "--to", "both.html")
        self.assertEqual((code, output), (0, f"{self.folder}/both.html\n"), error)
        self.assertIn("2 studies compared", (self.folder / "both.html").read_text())
        self.assert_refused(3, "nowhere", "report", directory, "--to", "nowhere/r.html")

    def test_ledger_that_is_missing_or_damaged_is_told(self):
        directory = self.make_directory()
        self.assert_refused(2, "no ledger", "ledger", directory)
        (directory / "ledger.0").write_text("nonsense")
        self.assert_refused(2, "ledger.0", "ledger", directory)

    def plan(self, study, *options):
        code, output, error = self.weir("plan", self.write(study), "--json", *options)
        self.assertEqual(code, 0, error)
        return json.loads(output)

    def test_plan_says_where_each_number_is_from(self):
        options = ("--step-seconds", "2", "--train-seconds", "0.5", "--start-seconds", "1")
        plan = self.plan(toy_study(), *options)
        origins = {name: figure["origin"] for name, figure in plan["inputs"].items()}
        self.assertEqual((origins["step_seconds"], origins["train_seconds"]), ("given", "given"))
        self.assertEqual((origins["clients"], origins["ranks"], origins["ingest_rate"]), ("study", "study", "measured"))
        self.assertEqual(origins["queue_seconds"], "assumed")
        _, text, _ = self.weir("plan", "study.json", *options)
        for word in ("toy: 2 simulations of 3 samples of 16 B", "--step-seconds", "docs/performance.md", "bound by solvers", "with 2 ranks: "):
            self.assertIn(word, text)

    def test_plan_counts_a_small_study(self):
        # Two simulations at a time, which start for 1 s: samples come after 3, 5 and 7 s.
        plan = self.plan(toy_study(), "--step-seconds", "2", "--train-seconds", "0.5", "--start-seconds", "1")
        expected = plan["expected"]
        self.assertEqual(expected["samples"], {"unique": 6, "trained": 6})
        self.assertAlmostEqual(expected["reception_seconds"], 7, places=3)
        self.assertAlmostEqual(expected["core_hours"]["solvers"], 2 * 7 / 3600, places=5)
        self.assertEqual(plan["bound_by"], "solvers")
        self.assertEqual([(other["ranks"], other["clients"]) for other in plan["what_if"]], [(2, 2)])
        slower = self.plan(toy_study(), "--step-seconds", "2", "--train-seconds", "0.5", "--start-seconds", "1", "--clients", "1")
        self.assertAlmostEqual(slower["expected"]["reception_seconds"], 14, places=3)
        self.assertEqual([(other["ranks"], other["clients"]) for other in slower["what_if"]], [(2, 1), (1, 2)])

    def test_plan_of_gpus_is_assumed(self):
        study = toy_study()
        study["server"] = {"ranks": 2, "device": "cuda"}
        plan = self.plan(study)
        self.assertEqual(plan["inputs"]["train_seconds"]["origin"], "assumed")
        self.assertIn("A100", plan["inputs"]["train_seconds"]["source"])
        self.assertGreater(plan["expected"]["gpu_hours"], 0)
        self.assertEqual(self.plan(study, "--machine", "laptop")["expected"]["gpu_hours"], 0)

    def test_plan_that_cannot_be_made_is_refused(self):
        path = self.write(toy_study())
        self.assert_refused(2, "there is no 'abacus', but laptop, a100, gh200", "plan", path, "--machine", "abacus")
        self.assert_refused(2, "--step-seconds", "plan", path, "--step-seconds", "0")
        self.assert_refused(2, "--link-rate", "plan", path, "--link-rate", "fast")
        study = toy_study()
        study["training"] = {"source": "dataset", "dataset": "f.h5"}
        self.assert_refused(2, "/training/source", "plan", self.write(study))
        study["training"] = {"model": {"kind": "plugin", "name": "mine"}}
        study["server"] = {"plugins": ["mine.so"]}
        self.assert_refused(2, "--train-seconds", "plan", self.write(study))


if __name__ == "__main__":
    unittest.main()
