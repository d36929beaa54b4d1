"""Medians, verdicts, tables and the page, of results that are made up."""

import importlib.machinery
import importlib.util
import pathlib
import unittest

import synthetic
from reproduction.main import published
from reproduction.page import comparisons, page
from reproduction.results import find, rounded
from reproduction.runs import Run, all_runs
from reproduction.settings import LAPTOP
from reproduction.tables import main_table, markdown, repeats_table, spread, tally
from reproduction.verdicts import sign, verdicts_of


def verdict(results, about, claim):
    (found,) = [one for one in verdicts_of(results, published()) if (one.about, one.claim) == (about, claim)]
    return found


class Results(unittest.TestCase):
    def test_a_cell_has_the_median_of_its_seeds_and_their_range(self):
        cell = find(synthetic.results(), "fifo", 1)
        self.assertEqual(cell["minimum_mse"], {"median": 391.0, "least": 387.09, "greatest": 394.91, "seeds": [387.09, 391.0, 394.91]})

    def test_a_measure_that_no_seed_has_is_left_out(self):
        self.assertNotIn("population", find(synthetic.results(), "offline", 1))
        self.assertNotIn("slow_between_series", find(synthetic.results(fifo={"slow_between_series": None}), "fifo", 1))

    def test_numbers_are_rounded_and_counts_are_not(self):
        self.assertEqual(rounded({"a": [1.23456789, 123456789]}), {"a": [1.2346, 123456789]})


class Verdicts(unittest.TestCase):
    def test_the_published_numbers_agree_with_themselves(self):
        verdicts = verdicts_of(synthetic.results(), published())
        self.assertEqual([one.claim for one in verdicts if not one.agrees], [])
        self.assertEqual({one.why for one in verdicts}, {""})
        self.assertEqual({one.seeds for one in verdicts}, {"3 of 3"})
        self.assertEqual(sum(bool(one.published) for one in verdicts), 2 * 9 + 4 + 2)
        self.assertEqual(sum(not one.published for one in verdicts), 2 * 9)

    def test_another_order_of_errors_does_not_agree_and_says_why(self):
        found = verdict(synthetic.results(reservoir={"minimum_mse": 500.0}), "minimum error", "reservoir < FIFO, 1 rank")
        self.assertFalse(found.agrees)
        self.assertEqual((found.published, found.here), ("ratio 0.205", "ratio 1.28"))
        self.assertTrue(found.why)

    def test_near_values_count_as_equal(self):
        self.assertEqual([sign(ratio) for ratio in (0.89, 0.91, 1.09, 1.11)], [-1, 0, 0, 1])
        found = verdict(synthetic.results(reservoir={"minimum_mse": 70.0}), "minimum error", "reservoir ≈ offline, 1 rank")
        self.assertFalse(found.agrees)

    def test_rates_are_compared_between_kinds_and_between_ranks(self):
        slow = synthetic.results(reservoir={"samples_per_second": 100.0})
        self.assertFalse(verdict(slow, "samples/s", "reservoir > FIFO, 1 rank").agrees)
        self.assertFalse(verdict(slow, "samples/s", "reservoir: 2 ranks > 1").agrees)
        self.assertTrue(verdict(slow, "samples/s", "FIFO: 2 ranks < 1").agrees)

    def test_seeds_that_say_something_else_are_counted(self):
        results = synthetic.results()
        cell = find(results, "firo", 1)["minimum_mse"]
        cell["seeds"] = [135.0, 135.0, 1000.0]
        self.assertEqual(verdict(results, "minimum error", "FIRO < FIFO, 1 rank").seeds, "2 of 3")

    def test_the_large_study_is_judged_by_error_and_rate(self):
        claim = "online {} offline on fewer simulations, equal batches"
        worse = synthetic.results(large_online={"minimum_mse": 30.0, "samples_per_second": 10.0})
        self.assertFalse(verdict(worse, "large study, minimum error", claim.format("<")).agrees)
        self.assertFalse(verdict(worse, "large study, samples/s", claim.format(">")).agrees)

    def test_figures_are_judged_by_what_the_algorithms_lead_to(self):
        for kind, measure, value, claim in (
                ("fifo", "slow_between_series", 0.9, "FIFO nearly stops between two series of clients"),
                ("firo", "slow_between_series", 0.9, "FIRO nearly stops between two series of clients"),
                ("reservoir", "slow_between_series", 0.1, "the reservoir goes on between two series"),
                ("fifo", "population", 0.6, "FIFO's buffer is nearly empty"),
                ("reservoir", "population", 0.5, "the reservoir is full most of the time"),
                ("fifo", "times_drawn", 1.2, "FIFO gives each sample out once"),
                ("firo", "times_drawn", 1.2, "FIRO gives each sample out once"),
                ("reservoir", "times_drawn", 1.0, "the reservoir repeats samples"),
                ("fifo", "validation_over_training_loss", 1.0, "FIFO's training loss says less than the truth")):
            verdicts = verdicts_of(synthetic.results(**{kind: {measure: value}}), published())
            self.assertEqual({one.claim for one in verdicts if not one.agrees}, {f"{claim}, 1 rank", f"{claim}, 2 ranks"})

    def test_one_rank_alone_has_no_verdicts_of_two(self):
        verdicts = verdicts_of(synthetic.results(ranks=(1,)), published())
        self.assertFalse([one.claim for one in verdicts if "2 ranks" in one.claim])


class Tables(unittest.TestCase):
    def test_a_value_stands_beside_the_published_one(self):
        rows = {row[0]: row for row in main_table(synthetic.results(), published(), "minimum_mse")}
        self.assertEqual(rows["FIFO"], ["FIFO", "391", "391 (387 – 395)", "384", "384 (380 – 388)"])
        self.assertEqual(rows["offline, several epochs"][1], "–")

    def test_equal_seeds_have_no_range(self):
        self.assertEqual(spread({"median": 1.0, "least": 1.0, "greatest": 1.0, "seeds": [1.0] * 3}), "1")
        self.assertEqual(spread({"median": 1234.5, "least": 999.4, "greatest": 2000, "seeds": [1]}), "1234")

    def test_repeats_are_shares_in_classes(self):
        self.assertEqual(repeats_table(synthetic.results())[1], ["reservoir, 1 rank", "60 %", "30 %", "10 %", "0 %", "0 %", "0 %"])

    def test_the_tally_counts_both_kinds_of_verdicts(self):
        self.assertEqual(tally(synthetic.results(fifo={"times_drawn": 2.0}), published()),
                         "24 of 24 comparisons with published numbers agree, and 16 of 18 with what the algorithms lead to.")

    def test_markdown_has_rows_as_long_as_their_header(self):
        text = markdown(synthetic.results(), published())
        self.assertEqual(text.count("\n## ") + 1, 6)
        for table in text.split("## ")[1:]:
            columns = {line.count("|") for line in table.splitlines() if line.startswith("|")}
            self.assertEqual(len(columns), 1, table)
        self.assertIn("agrees", text)


def load_document():
    """The program beside us, as a module."""
    file = str(pathlib.Path(__file__).resolve().parents[1] / "document")
    loader = importlib.machinery.SourceFileLoader("document", file)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("document", loader))
    loader.exec_module(module)
    return module


class Document(unittest.TestCase):
    def test_the_marked_block_alone_is_made_anew(self):
        document, results = load_document(), synthetic.results()
        page = ("before\n<!-- made by examples/paper/document from examples/paper/results.json -->\nold\n<!-- end -->\nbehind\n")
        text = document.renewed(page, results)
        self.assertTrue(text.startswith("before\n<!-- made") and text.endswith("<!-- end -->\nbehind\n"))
        self.assertIn(markdown(results, published()), text)
        self.assertNotIn("old\n", text)
        self.assertEqual(document.renewed(text, results), text)

    def test_results_of_a_quick_reproduction_are_refused(self):
        results = synthetic.results()
        results["settings"]["name"] = "quick"
        with self.assertRaisesRegex(SystemExit, "settings 'quick'"):
            load_document().renewed("", results)


def report(text):
    return f"<style>s</style><body>" + "".join(
        f'<section id="{name}">\n<h2>{name} of {text}</h2><h3>f</h3></section>\n' for name in ("results", "losses", "throughput", "buffer"))


class Page(unittest.TestCase):
    def test_has_all_tables_and_the_figures_of_each_comparison(self):
        text = page(synthetic.results(), published(), {"first": report("one"), "second": report("two")})
        for part in ("Where the shapes agree", "throughput of one", "throughput of two", "buffer of two", '<section id="figures-1">'):
            self.assertIn(part, text)
        self.assertNotIn("results of one", text)
        self.assertEqual(text.count("<section"), 6 + 2)
        self.assertNotIn("<script", text)

    def test_one_comparison_for_each_number_of_ranks_and_one_of_the_large_study(self):
        groups = comparisons(all_runs(LAPTOP, (1, 2), (1, 2)))
        self.assertEqual([len(runs) for runs in groups.values()], [5, 5, 2])
        self.assertEqual({run.seed for runs in groups.values() for run in runs}, {1})

    def test_a_run_that_has_to_equal_another_stands_behind_it(self):
        runs = all_runs(LAPTOP, (1, 2, 3), (1, 2))
        self.assertEqual(len(runs), 36)
        for place, run in enumerate(runs):
            if run.equal_to:
                self.assertLess(runs.index(run.equal_to), place)
        self.assertEqual(Run("large-offline", 2, 3).equal_to, Run("large-online", 2, 3))


if __name__ == "__main__":
    unittest.main(verbosity=2)
