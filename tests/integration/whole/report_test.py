"""weir report: the page that a run leaves, and those that are made of what any study has left."""

import json
import os
import shutil

from whole import WEIR, WholeTest, let_go, main, toy_study, waiting

STEPS, SIZE = 10, 16
SECTIONS = ("results", "losses", "throughput", "buffer", "draws", "parameters", "errors", "pictures", "timeline", "study", "host")


class ReportTest(WholeTest):
    def generate(self):
        validation = self.folder / "validation.h5"
        study = self.write_study(toy_study(count=4, steps=STEPS, size=SIZE, seed=2), "validation.json")
        code, output = self.run_program(WEIR, "generate", study, "--to", validation)
        self.assertEqual(code, 0, output)
        return {"dataset": str(validation), "every": 5}

    def report(self, *arguments, expect=0):
        code, output = self.run_program(WEIR, "report", *arguments)
        self.assertEqual(code, expect, output)
        return output

    def assert_has_every_section(self, page):
        for section in SECTIONS:
            self.assertIn(f'<section id="{section}">', page)

    def test_a_run_leaves_its_report(self):
        study = toy_study(count=6, steps=STEPS, size=SIZE, validation=self.generate(), checkpoint={"batches": 5}, reproducible=True)
        directory, output = self.run_study(study)
        self.assertIn(f"weir: report: {directory}/report.html\n", output)
        page = (directory / "report.html").read_text()
        self.assert_has_every_section(page)
        self.assertNotIn('class="missing"', page)
        for text in ("Arrival against draw", "The best: simulation", "The median: simulation", "The worst: simulation", "checkpoint"):
            self.assertIn(text, page)
        self.assertEqual((directory / "report.html").stat().st_mode & 0o777, 0o600)
        self.check_evaluation(directory)
        self.check_servers(directory)
        self.check_comparison(directory)
        self.check_what_is_missing(directory)

    def check_evaluation(self, directory):
        """All steps of all simulations were looked at, so the mean is that of the validation."""
        evaluation = json.loads((directory / "evaluation.json").read_text())
        errors = [simulation["relative_l2"] for simulation in evaluation["validation"]]
        self.assertEqual(len(errors), 4)
        promised = self.summary(directory)["validation"]["relative_l2"]
        self.assertAlmostEqual(sum(errors) / len(errors) / promised, 1, delta=1e-3)
        self.assertEqual(len(evaluation["trained"]), 6)
        chosen = {picture["which"]: picture["relative_l2"] for picture in evaluation["pictures"]}
        self.assertEqual(chosen, {"best": min(errors), "median": sorted(errors)[2], "worst": max(errors)})
        for field in evaluation["pictures"][0]["fields"]:
            self.assertEqual(field["shape"], [SIZE])
            self.assertEqual(len(field["prediction"]), SIZE)

    def check_servers(self, directory):
        servers = [json.loads(line) for line in (directory / "servers.jsonl").read_text().splitlines()]
        self.assertEqual([server["batch"] for server in servers], [0])
        self.assertEqual(servers[0]["host"], os.uname().nodename)
        self.assertRegex(servers[0]["mpi"], r"\d")
        times = [json.loads(line)["time"] for line in (directory / "run" / "journal.jsonl").read_text().splitlines()]
        self.assertEqual(times, sorted(times))
        self.assertLess(abs(times[0] - servers[0]["time"]), 60)

    def check_comparison(self, directory):
        other = self.folder / "other"
        shutil.copytree(directory, other, ignore=shutil.ignore_patterns("*.ipc"))
        page = self.folder / "both.html"
        self.assertEqual(self.report(directory, other, "--to", page), f"{page}\n")
        text = page.read_text()
        for part in ("2 studies compared", "<th>D</th><th>other</th>", "Validation loss", "Their studies are the same"):
            self.assertIn(part, text)

    def check_what_is_missing(self, directory):
        """Each file alone is missing, then damaged."""
        for name in ("summary.json", "metrics.jsonl", "lineage.0", "evaluation.json", "servers.jsonl", "run/journal.jsonl"):
            whole = (directory / name).read_bytes()
            for broken in (None, b"\xff{damaged"):
                with self.subTest(name=name, broken=broken):
                    if broken is None:
                        (directory / name).unlink()
                    else:
                        (directory / name).write_bytes(broken)
                    self.report(directory)
                    page = (directory / "report.html").read_text()
                    self.assert_has_every_section(page)
                    if broken is None:
                        self.assertIn('class="missing"', page)
            (directory / name).write_bytes(whole)

    def test_a_report_that_cannot_be_made_fails_no_study(self):
        path, directory = self.write_study(waiting(toy_study(count=4))), self.folder / "D"
        with self.started(WEIR, "run", path, "--output", directory) as process:
            self.wait_until((directory / "run" / "status.json").exists, "a status was written", process=process)
            self.assertIn("the study has not ended", self.page_of(directory))
            (directory / "report.html").unlink()
            (directory / "report.html").mkdir()
            let_go(directory)
            self.assertEqual(process.wait(60), 0, process.output())
            self.assertIn("weir: warning: there is no report.html: ", process.output())

    def page_of(self, directory):
        self.report(directory)
        return (directory / "report.html").read_text()

    def test_a_model_that_goes_from_step_to_step_is_rolled_out(self):
        samples = {"samples": {"kind": "autoregressive", "lead": 2}, "model": {"kind": "mlp", "hidden": [8]}, "batch": 4}
        directory, _ = self.run_study(toy_study(count=4, steps=STEPS, size=SIZE, training=samples, validation=self.generate()))
        evaluation = json.loads((directory / "evaluation.json").read_text())
        self.assertEqual(len(evaluation["pictures"]), 3)
        for picture in evaluation["pictures"]:
            self.assertGreaterEqual(picture["step"], 2)
        self.assertIn("from predictions", (directory / "report.html").read_text())

    def test_a_study_that_failed_is_reported(self):
        directory, _ = self.run_study(toy_study(count=2, solver=("--crash-at", 0)), expect=1)
        page = (directory / "report.html").read_text()
        self.assert_has_every_section(page)
        self.assertIn("why jobs failed", page)


if __name__ == "__main__":
    main()
