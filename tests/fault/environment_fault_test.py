"""A machine that is not as the study needs it: one clear message and exit code 3, before anything is queued where possible."""

import os

from whole import SERVER, WEIR, WholeTest, main, toy_study


class EnvironmentFaultTest(WholeTest):
    def test_capacity_that_does_not_fit_in_memory_names_one_that_would(self):
        study = toy_study(size=100000, buffer={"capacity": 400000000})
        for command in ("check", "run"):
            code, output = self.run_program(WEIR, command, self.write_study(study))
            self.assertEqual(code, 3, output)
            self.assertIn("capacity", output)
            self.assertIn("fit", output)

    def test_missing_solver_is_found_before_anything_is_started(self):
        study = toy_study()
        study["simulation"]["command"][0] = "/nowhere/solver"
        directory, output = self.run_study(study, expect=3)
        self.assertIn("/nowhere/solver", output)
        self.assertFalse((directory / "logs").exists())

    def test_missing_validation_data_set_is_found_before_anything_is_started(self):
        _, output = self.run_study(toy_study(validation={"dataset": "missing.h5"}), expect=2)
        self.assertIn("missing.h5", output)

    def test_study_with_an_unknown_key_is_refused(self):
        study = toy_study()
        study["training"]["btach"] = 3
        _, output = self.run_study(study, expect=2)
        self.assertIn('did you mean "batch"', output)

    def test_full_disk_ends_the_study_with_a_clear_message(self):
        small = self.folder / "small"
        small.mkdir()
        study = self.write_study(toy_study(count=2, size=20000))
        # A private mount: a real file system that is really full, gone with the shell.
        script = (f"mount -t tmpfs -o size=256k tmpfs {small} && "
                  f"{WEIR} run {study} --output {small}/D; code=$?; cat {small}/D/summary.json; exit $code")
        code, output = self.run_program("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script)
        self.assertEqual(code, 3, output)
        self.assertIn("no space left", output.lower())

    def test_folder_that_cannot_be_written_is_the_environments_fault(self):
        blocked = self.folder / "file"
        blocked.write_text("")
        code, output = self.run_program(WEIR, "run", self.write_study(toy_study()), "--output", blocked / "D")
        self.assertEqual(code, 3, output)
        self.assertIn(str(blocked), output)


if __name__ == "__main__":
    main()
