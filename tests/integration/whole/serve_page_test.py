"""The served report in a real browser: it replaces itself while the study runs, where the reader looks at it stays, and it ends with the study."""

import os
import re

from browser import Browser, Page
from whole import WEIR, WholeTest, let_go, main, toy_study, waiting

PLACE = "document.getElementById('buffer').getBoundingClientRect().top"


class ServePageTest(WholeTest):
    def open(self, browser, server):
        self.wait_until(lambda: "http://" in server.output(), "the address was printed", process=server)
        return Page(browser, re.search(r"http://\S+/", server.output()).group(), 1100, 900)

    def state(self, page):
        return page.evaluate("document.getElementById('live').textContent")

    def test_page_replaces_itself_until_the_study_has_ended(self):
        directory = self.folder / "D"
        study = waiting(toy_study(count=16, steps=20, solver=("--delay-ms", 50)))
        with Browser(os.environ["WEIR_CHROMIUM"]) as browser, \
                self.started(WEIR, "run", self.write_study(study), "--output", directory) as run:
            self.wait_until((directory / "metrics.jsonl").exists, "the study trains", process=run)
            with self.started(WEIR, "watch", "--http", directory) as server:
                page = self.open(browser, server)
                page.evaluate("window.kept = true; document.getElementById('buffer').scrollIntoView()")
                first = self.state(page)
                self.wait_until(lambda: self.state(page) != first, "the page has replaced itself", process=server)
                self.assertTrue(page.evaluate("window.kept"), "it was not loaded anew")
                self.assertAlmostEqual(page.evaluate(PLACE), 0, delta=2)
                let_go(directory)
                self.wait_until(lambda: "stays as it is" in self.state(page), "the page says that the study has ended", process=server)
                self.assertEqual(run.wait(60), 0, run.output())
                self.assertIn("done", page.evaluate("document.getElementById('results').textContent"))
                self.assertAlmostEqual(page.evaluate(PLACE), 0, delta=2)
                self.assertEqual(page.complaints(), [])

    def test_page_says_that_its_server_is_gone(self):
        directory = self.folder / "D"
        (directory / "run").mkdir(parents=True)
        self.write_study(toy_study(), "D/study.json")  # it has not ended: no launcher has come yet
        with Browser(os.environ["WEIR_CHROMIUM"]) as browser:
            with self.started(WEIR, "watch", "--http", directory) as server:
                page = self.open(browser, server)
            self.wait_until(lambda: "does not answer" in self.state(page), "the page says that nobody answers")


if __name__ == "__main__":
    main()
