"""docs/build makes a site of every page without a network, no page of it loads anything from one, and every link in it leads somewhere."""

import html.parser
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).parents[3]
OUTSIDE = re.compile(r"(?:[a-z]+:)?//|[a-z]+:(?!//)", re.I)


class Page(html.parser.HTMLParser):
    """What a page loads, where it leads, and what can be led to."""

    def __init__(self, path):
        super().__init__()
        self.loads, self.links, self.ids = [], [], set()
        self.feed(path.read_text())

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("src", "data", "poster") or (tag, name) == ("link", "href"):
                self.loads.append(value)
            elif (tag, name) == ("a", "href"):
                self.links.append(value)
            elif name == "id":
                self.ids.add(value)


def without_network():
    """What a command is put behind so that it has none; nothing where that is not allowed."""
    isolated = ["unshare", "--net"]
    return isolated if subprocess.run([*isolated, "true"], capture_output=True).returncode == 0 else []


def build(top, to):
    return subprocess.run([*without_network(), top / "docs" / "build", "--to", to], capture_output=True, text=True, timeout=200)


class SiteTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="weir-site-")
        cls.addClassCleanup(folder.cleanup)
        cls.site = pathlib.Path(folder.name) / "site"
        done = build(SOURCE, cls.site)
        if done.returncode != 0:
            raise AssertionError(done.stdout + done.stderr)
        cls.pages = {path: Page(path) for path in cls.site.rglob("*.html")}

    def assert_is_in_the_site(self, path, address):
        if not address.startswith(("data:", "#")):
            self.assertFalse(OUTSIDE.match(address) or address.startswith("/"))
            self.assertTrue((path.parent / address.split("?")[0]).is_file())

    def test_every_page_is_in_the_navigation(self):
        text = (self.site / "docs" / "README.html").read_text()
        navigation = text[text.index('class="sidebar-tree"'):text.index('class="main"')]
        sources = [*SOURCE.glob("docs/**/*.md"), *SOURCE.glob("examples/**/README.md"), SOURCE / "CHANGELOG.md"]
        self.assertGreater(len(sources), 40)
        for source in set(sources) - {SOURCE / "docs" / "README.md"}:
            page = source.relative_to(SOURCE).with_suffix(".html")
            with self.subTest(page=page):
                self.assertTrue((self.site / page).exists())
                link = str(page.relative_to("docs")) if page.is_relative_to("docs") else f"../{page}"
                self.assertIn(f'href="{link}"', navigation)

    def test_no_page_loads_anything_from_a_network(self):
        checked = 0
        for path, page in self.pages.items():
            for address in page.loads:
                checked += 1
                with self.subTest(page=path, address=address):
                    self.assert_is_in_the_site(path, address)
        self.assertGreater(checked, len(self.pages))
        for path in self.site.rglob("*.css"):
            for address in map("".join, re.findall(r"""url\(\s*["']?([^"')]*)|@import\s+["']([^"']*)""", path.read_text())):
                with self.subTest(style=path, address=address):
                    self.assert_is_in_the_site(path, address)

    def test_every_link_leads_somewhere(self):
        checked = 0
        for path, page in self.pages.items():
            for link in page.links:
                if OUTSIDE.match(link):
                    continue
                target, _, anchor = link.partition("#")
                file = (path.parent / target).resolve() if target else path
                checked += 1
                with self.subTest(page=path, link=link):
                    self.assertTrue(file.is_file())
                    if anchor and file.suffix == ".html":
                        self.assertIn(anchor, Page(file).ids if file not in self.pages else self.pages[file].ids)
        self.assertGreater(checked, 1000)

    def test_a_link_that_leads_nowhere_is_an_error(self):
        top = self.site.parent / "broken"
        (top / "docs").mkdir(parents=True)
        for name in ("build", "conf.py", "site.css"):
            shutil.copy(SOURCE / "docs" / name, top / "docs")
        for link, told in (("other.md#other", ""), ("missing.md", "missing"), ("other.md#missing", "missing")):
            (top / "docs" / "README.md").write_text(f"# Pages\n\n## All\n- [other](other.md): see [there]({link})\n")
            (top / "docs" / "other.md").write_text("# Other\n")
            done = build(top, top / "site")
            with self.subTest(link=link):
                self.assertEqual(done.returncode != 0, bool(told), done.stderr)
                self.assertIn(told, done.stderr)


if __name__ == "__main__":
    unittest.main()
