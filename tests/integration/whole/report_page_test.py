"""The page of a report in a real browser: nothing to complain of, every figure drawn, in light, in dark and on paper.

WEIR_SCREENSHOTS names a folder for pictures of what was seen."""

import base64
import os
import pathlib

from browser import Browser
from whole import WEIR, WholeTest, main, toy_study

# Pixels of a picture that differ from its corner, as a share of all; and how many colours there are.
INK = """(async data => {
  const bytes = Uint8Array.from(atob(data), c => c.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], {type: 'image/png'}));
  const canvas = new OffscreenCanvas(image.width, image.height), context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  const pixels = new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer);
  const colours = new Set(pixels);
  return {ink: pixels.filter(pixel => pixel !== pixels[0]).length / pixels.length, colours: colours.size};
})"""
FIGURES = """[...document.querySelectorAll('figure')].map(figure => {
  const box = figure.querySelector('svg').getBoundingClientRect();
  return {x: box.x + scrollX, y: box.y + scrollY, width: box.width, height: box.height,
          name: figure.querySelector('svg').getAttribute('aria-label')};
})"""
# Labels that lie over each other or stick out of their figure.
CLASHES = """[...document.querySelectorAll('svg')].flatMap(svg => {
  const frame = svg.getBoundingClientRect();
  const texts = [...svg.querySelectorAll('text')].map(text => [text.textContent, text.getBoundingClientRect()]).filter(([text]) => text);
  const out = texts.filter(([, b]) => b.left < frame.left - 1 || b.right > frame.right + 1 || b.top < frame.top - 1 || b.bottom > frame.bottom + 1)
    .map(([text]) => `${svg.getAttribute('aria-label')}: ${text} sticks out`);
  for (let i = 0; i < texts.length; ++i) for (let j = 0; j < i; ++j) {
    const [a, b] = [texts[i][1], texts[j][1]];
    if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3)
      out.push(`${svg.getAttribute('aria-label')}: ${texts[i][0]} lies over ${texts[j][0]}`);
  }
  return out;
})"""


class ReportPageTest(WholeTest):
    def make_studies(self):
        validation, shape = self.folder / "validation.h5", [6, 8]
        def study(count, seed, **more):
            made = toy_study(count=count, steps=10, size=48, seed=seed, **more)
            made["simulation"]["fields"][0].update(shape=shape, unit="K")
            made["parameters"][0].update(unit="m/s")
            return made
        code, output = self.run_program(WEIR, "generate", self.write_study(study(5, 2), "validation.json"), "--to", validation)
        self.assertEqual(code, 0, output)
        trained = study(12, 1, validation={"dataset": str(validation), "every": 5}, checkpoint={"batches": 10}, reproducible=True)
        directory, _ = self.run_study(trained)
        both = self.folder / "both.html"
        code, output = self.run_program(WEIR, "report", directory, directory, "--to", both)
        self.assertEqual(code, 0, output)
        return directory / "report.html", both

    def keep(self, name, picture):
        if "WEIR_SCREENSHOTS" in os.environ:
            (pathlib.Path(os.environ["WEIR_SCREENSHOTS"]) / name).write_bytes(picture)

    def test_pages_are_whole_in_a_browser(self):
        pages = self.make_studies()
        with Browser(os.environ["WEIR_CHROMIUM"]) as browser:
            for path, least in zip(pages, (20, 8)):
                page = browser.open(path)
                for scheme in ("light", "dark"):
                    with self.subTest(page=path.name, scheme=scheme):
                        self.check_screen(page, path, scheme, least)
                self.check_narrow(page)
                self.check_paper(page)
                self.assertEqual(page.complaints(), [])

    def check_screen(self, page, path, scheme, least):
        page.emulate(scheme=scheme)
        self.keep(f"{path.stem}-{scheme}.png", page.screenshot())
        red, green, blue = self.background(page)
        self.assertEqual(red + green + blue > 600, scheme == "light", (red, green, blue))
        figures = page.evaluate(FIGURES)
        self.assertGreaterEqual(len(figures), least)
        for figure in figures:
            name = figure.pop("name")
            self.assertGreater(figure["width"], 150, name)
            seen = page.evaluate(f"({INK})('{base64.b64encode(page.screenshot(figure)).decode()}')")
            self.assertGreater(seen["ink"], 0.01, name)
            self.assertLess(seen["ink"], 0.97, name)
            self.assertGreater(seen["colours"], 8, name)
        self.assertEqual(page.evaluate(CLASHES), [])
        self.assertLess(page.evaluate("document.documentElement.scrollHeight"), 14000)

    def background(self, page):
        return [int(part) for part in page.evaluate("getComputedStyle(document.body).backgroundColor").strip("rgb()").split(",")]

    def check_narrow(self, page):
        """A telephone shows it without scrolling sideways."""
        page.call("Emulation.setDeviceMetricsOverride", width=390, height=800, deviceScaleFactor=1, mobile=False)
        self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), 390)
        page.call("Emulation.setDeviceMetricsOverride", width=1100, height=900, deviceScaleFactor=1, mobile=False)

    def check_paper(self, page):
        page.emulate(media="print", scheme="dark")
        self.assertEqual(self.background(page), [255, 255, 255])
        page.emulate()
        printed = page.pdf()
        self.keep("page.pdf", printed)
        self.assertTrue(printed.startswith(b"%PDF-"))
        self.assertGreater(len(printed), 20000)


if __name__ == "__main__":
    main()
