"""A machine that is not as the study needs it: one clear message and exit code 3, before anything is queued where possible."""

from whole import WEIR, WholeTest, main, toy_study


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

    def run_on_small_disk(self, study, size, meanwhile="true"):
        """(exit code, output) of a study whose directory lies on a real file system of `size`, private to its shell."""
        small = self.folder / "small"
        small.mkdir()
        path = self.write_study(study)
        script = (f"mount -t tmpfs -o size={size} tmpfs {small} && ({meanwhile}) & "
                  f"until mountpoint -q {small}; do sleep 0.01; done; "
                  f"{WEIR} run {path} --output {small}/D; code=$?; cat {small}/D/summary.json; exit $code")
        return self.run_program("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script)

    def test_disk_without_room_for_the_results_is_found_before_anything_is_started(self):
        code, output = self.run_on_small_disk(toy_study(count=2, size=20000), "256k")
        self.assertEqual(code, 3, output)
        self.assertNotIn("server started", output)

    def test_disk_that_fills_while_the_study_runs_ends_it_with_a_clear_message(self):
        small = self.folder / "small"
        fill = f"until [ -s {small}/D/metrics.jsonl ]; do sleep 0.01; done; dd if=/dev/zero of={small}/fill bs=4k 2>/dev/null"
        study = toy_study(count=40, size=20000, solver=("--delay-ms", 20))
        code, output = self.run_on_small_disk(study, "200m", fill)
        self.assertEqual(code, 3, output)
        self.assertIn("no space left on device", output.lower())

    def test_folder_that_cannot_be_written_is_the_environments_fault(self):
        blocked = self.folder / "file"
        blocked.write_text("")
        code, output = self.run_program(WEIR, "run", self.write_study(toy_study()), "--output", blocked / "D")
        self.assertEqual(code, 3, output)
        self.assertIn(str(blocked), output)


if __name__ == "__main__":
    main()
