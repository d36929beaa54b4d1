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
        for word in ("check", "run", "status", "watch", "stop", "generate", "ledger", "replay", "130"):
            self.assertIn(word, output)
        for command in ("check", "run", "status", "watch", "stop", "generate", "ledger", "replay"):
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
        for command in (("check",), ("run",), ("generate", "--to", "f.h5")):
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
        for command in ("status", "stop", "ledger", "replay"):
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

    def test_ledger_that_is_missing_or_damaged_is_told(self):
        directory = self.make_directory()
        self.assert_refused(2, "no ledger", "ledger", directory)
        (directory / "ledger.0").write_text("nonsense")
        self.assert_refused(2, "ledger.0", "ledger", directory)


if __name__ == "__main__":
    unittest.main()
