"""The whole reproduction at its smallest: real solvers, real servers, tables, figures and verdicts."""

import contextlib
import io
import json
import os
import pathlib
import re
import tempfile
import unittest

from reproduction.main import main, published
from reproduction.results import find
from reproduction.settings import QUICK
from reproduction.tables import markdown
from reproduction.verdicts import verdicts_of

BIN = pathlib.Path(os.environ["WEIR_BIN"])
SAMPLES = QUICK.simulations * QUICK.steps


class Quick(unittest.TestCase):
    def reproduce(self, folder):
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            code = main(["--bin", str(BIN), "--output", str(folder), "--quick"])
        self.assertEqual(code, 0, output.getvalue())
        return output.getvalue()

    def test_tables_figures_and_verdicts_come_out(self):
        with tempfile.TemporaryDirectory(prefix="weir-paper-") as name:
            folder = pathlib.Path(name)
            self.reproduce(folder)
            results = json.loads((folder / "results.json").read_text())
            self.check_runs(results)
            self.check_verdicts(results)
            self.assertEqual((folder / "tables.md").read_text(), markdown(results, published()))
            self.check_page((folder / "page.html").read_text())
            self.check_again(folder)

    def check_runs(self, results):
        of = {run["kind"]: run for run in results["runs"]}
        self.assertEqual(len(of), 7)
        for kind in ("fifo", "firo"):
            self.assertEqual((of[kind]["trained"], of[kind]["unique"], of[kind]["repeats"]), (SAMPLES, SAMPLES, [SAMPLES]))
            self.assertEqual(of[kind]["batches"], SAMPLES // 10)
        self.assertGreater(of["reservoir"]["trained"], SAMPLES)
        self.assertGreater(of["reservoir"]["samples_per_second"], of["fifo"]["samples_per_second"])
        self.assertEqual(of["offline"]["trained"], SAMPLES)
        self.assertEqual(of["offline-epochs"]["batches"], of["reservoir"]["batches"])
        self.assertEqual(of["large-offline"]["batches"], of["large-online"]["batches"])
        self.assertEqual((of["large-online"]["unique"], of["large-offline"]["unique"]), (QUICK.large * QUICK.steps, QUICK.stored * QUICK.steps))
        for run in of.values():
            # In K^2, of fields between 100 and 500 K: what 20 batches learn depends on the order in which samples came.
            self.assertGreater(run["minimum_mse"], 1)
            self.assertLess(run["minimum_mse"], 400 ** 2)
            self.assertLessEqual(run["minimum_mse"], run["final_mse"])
        for kind in ("reservoir", "offline-epochs", "large-online"):  # hundreds of batches; the mean of all fields has 13333
            self.assertGreater(of[kind]["batches"], 200)
            self.assertLess(of[kind]["minimum_mse"], 2000)
        self.assertLess(of["large-online"]["minimum_mse"], of["large-offline"]["minimum_mse"])  # which knows one simulation

    def check_verdicts(self, results):
        verdicts = {verdict.claim: verdict for verdict in verdicts_of(results, published())}
        self.assertEqual(len(verdicts), 9 + 2 + 9)
        for claim in ("reservoir > FIFO, 1 rank", "FIFO gives each sample out once, 1 rank", "the reservoir repeats samples, 1 rank"):
            self.assertTrue(verdicts[claim].agrees, verdicts[claim])
        repeats = find(results, "reservoir", 1)["repeats"]
        self.assertEqual(sum(repeats), SAMPLES)

    def check_page(self, page):
        for title in ("Samples per second", "Simulations at a time", "Population", "Repeats", "Training loss against samples",
                      "Validation loss against samples"):
            self.assertEqual(page.count(f">{title}</h4>"), 2, title)  # the buffers, and the large study
        self.assertGreater(page.count("<svg"), 15)
        self.assertEqual(page.count("<svg"), page.count("</svg>"))
        for outside in ("http://", "src=", "<script"):
            self.assertNotIn(outside, page)

    def check_again(self, folder):
        """Nothing is left to be done, and a run that is lost is done again alone."""
        marks = {file: file.stat().st_mtime_ns for file in folder.glob("runs/**/summary.json")}
        self.assertEqual(len(marks), 7)
        output = self.reproduce(folder)
        self.assertEqual(len(re.findall("done already", output)), 7)
        self.assertEqual(marks, {file: file.stat().st_mtime_ns for file in marks})


if __name__ == "__main__":
    unittest.main(verbosity=2)
