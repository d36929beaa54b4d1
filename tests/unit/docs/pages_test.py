"""What any page names is there: links, keys of a study, commands and their options, files of the tree and of a study directory; and every
page is told of."""

import re
import unittest

from pages import SOURCE, anchors, commands, every_page, keys_of_a_study, spans, texts_of_the_code, without_blocks

PAGES = every_page()
KEY = re.compile(r"/[a-z]+(/[a-z_]+)+|[a-z]+(\.[a-z_]+)+")
FILES = (".csv", ".json", ".h", ".md")
NO_KEYS = {"client.send"}
SOURCES = re.compile(r"(src|server|launcher|client_api|include|tests|examples|docs|cmake)(/[\w.-]+)+")
OF_NO_TREE = {"cmake/weir", "tests/fuzz/corpus/TARGET"}
LINK = re.compile(r"\]\((?!http)([^)#\s]*)(?:#([^)]*))?\)")


class PagesTest(unittest.TestCase):
    def test_every_link_leads_somewhere(self):
        for page, text in PAGES.items():
            for target, anchor in LINK.findall(without_blocks(text)):
                with self.subTest(page=page, target=target, anchor=anchor):
                    path = (SOURCE / page).parent / target if target else SOURCE / page
                    self.assertTrue(path.exists())
                    if anchor:
                        self.assertIn(anchor, anchors(path.read_text()))

    def test_every_key_is_one_of_a_study(self):
        keys = keys_of_a_study()
        sections = {key.split("/")[1] for key in keys}
        checked = 0
        for page, text in PAGES.items():
            for span in spans(without_blocks(text)):
                if not KEY.fullmatch(span) or span in NO_KEYS or span.endswith(FILES):
                    continue
                path = span if span.startswith("/") else "/" + span.replace(".", "/")
                if path.split("/")[1] not in sections:
                    continue
                checked += 1
                with self.subTest(page=page, key=span):
                    self.assertTrue(path in keys or "/N/".join(path.rsplit("/", 1)) in keys)
        self.assertGreater(checked, 150)

    def test_every_file_of_the_tree_is_there(self):
        checked = 0
        for page, text in PAGES.items():
            for span in spans(without_blocks(text)):
                if SOURCES.fullmatch(span) and span not in OF_NO_TREE:
                    checked += 1
                    with self.subTest(page=page, file=span):
                        self.assertTrue(any((above / span).exists() for above in (SOURCE, (SOURCE / page).parent)))
        self.assertGreater(checked, 50)

    def test_every_command_has_its_name_and_options(self):
        main = (SOURCE / "launcher" / "commands" / "main.cpp").read_text()
        names = set(re.findall(r'add(?:\(\s*app,|_subcommand\()\s*"(\w+)"', main))
        options = lambda text: set(re.findall(r'"(--[a-z-]+)"', text)) | {"--help", "--version"}
        of_predict = options((SOURCE / "server" / "predict" / "main.cpp").read_text())
        made_from_the_programs = "docs/reference/commands.md"
        for page, text in PAGES.items():
            for command in commands(text) if page != made_from_the_programs else ():
                with self.subTest(page=page, command=command):
                    self.assertIn(command.split()[1], names)
                    known = of_predict if command.startswith("weir predict") else options(main)
                    self.assertLessEqual(set(re.findall(r"(?<= )\[?(--[a-z-]+)", command)), known)

    def test_every_file_of_a_study_is_one_of_the_code(self):
        code = texts_of_the_code()
        for page, text in PAGES.items():
            for path in re.findall(r"`D/([\w./]+)`", text):
                for part in re.split(r"/|\.(?:SIM|ATTEMPT|R|N|K)\b", path):
                    with self.subTest(page=page, path=path):
                        self.assertIn(part.strip("."), code)

    def test_every_page_is_in_the_index(self):
        indexes = [SOURCE / "docs" / "README.md", SOURCE / "docs" / "decisions" / "README.md"]
        listed = {(index.parent / target).resolve() for index in indexes for target, _ in LINK.findall(index.read_text())}
        for page in PAGES:
            if (SOURCE / page).parent != SOURCE and SOURCE / page != indexes[0]:
                with self.subTest(page=page):
                    self.assertIn((SOURCE / page).resolve(), listed)

    def test_the_index_is_told_of_at_the_top(self):
        self.assertIn("](docs/README.md)", PAGES["README.md"])


if __name__ == "__main__":
    unittest.main()
