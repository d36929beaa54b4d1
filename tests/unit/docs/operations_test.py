"""What docs/operations.md, README.md and the pages of examples/clusters name is there: messages (each part between two `…` is in a text
of the sources), commands and their options, files, keys of a study, links."""

import json
import os
import pathlib
import re
import unittest

SOURCE = pathlib.Path(os.environ["WEIR_SOURCE"])
LITERALS = re.compile(r'"(?:[^"\\\n]|\\.)*"(?:\s*"(?:[^"\\\n]|\\.)*")*')
OF_THE_SYSTEM = {"No space left on device"}


def texts_of_the_code():
    """Texts of the sources, those beside each other joined as the compiler joins them."""
    texts = set()
    for folder in ("src", "client_api", "server", "launcher"):
        for path in (SOURCE / folder).rglob("*"):
            if path.suffix in (".cpp", ".h"):
                for literal in LITERALS.findall(path.read_text()):
                    joined = re.sub(r'"\s*"', "", literal)
                    texts.add(joined.strip('"').replace('\\"', '"'))
    return "\n".join(texts)


def messages(page):
    """What stands as code in the column "you see"."""
    for line in page.splitlines():
        cells = line.split(" | ")
        if line.startswith("| ") and len(cells) == 4 and cells[0] != "| failure":
            yield from re.findall(r"`([^`]+)`", cells[1])
    yield from re.findall(r"`([^`]+)`", re.search(r"count why jobs failed: (.*?), or", page, re.S)[1])


def pages():
    """Their texts, by their paths."""
    files = [SOURCE / "README.md", SOURCE / "docs" / "operations.md", *(SOURCE / "examples" / "clusters").rglob("*.md")]
    return {str(file.relative_to(SOURCE)): file.read_text() for file in files}


def keys_of_a_study():
    """Every key of the reference page: /launcher/clients/time_limit."""
    keys, section = set(), ""
    for line in (SOURCE / "docs" / "study.md").read_text().splitlines():
        if heading := re.match(r"## `(/[^`]*)`", line):
            section = heading[1]
        elif row := re.match(r"\| `(\w+)` \|", line):
            keys.add(f"{section.rstrip('/')}/{row[1]}")
    return keys


def paths_in(section, above=""):
    for key, value in section.items():
        yield f"{above}/{key}"
        if isinstance(value, dict):
            yield from paths_in(value, f"{above}/{key}")


def commands(text):
    """Calls of weir, in code spans and code blocks."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.M | re.S)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))
    for line in [line for block in blocks for line in block.splitlines()] + spans:
        for name, rest in re.findall(r"(?:^|build/bin/|  |salloc .*)weir ([a-z]+)\b *(.*?)(?=  |;|$)", line):
            yield f"weir {name} {rest}"


def anchors(text):
    """Of the headings, as Git hosts make them."""
    headings = re.findall(r"^#+ (.*)$", text, re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


class OperationsTest(unittest.TestCase):
    def test_every_message_of_the_page_is_one_of_the_code(self):
        code = texts_of_the_code()
        found = list(messages((SOURCE / "docs" / "operations.md").read_text()))
        self.assertGreater(len(found), 30)
        commands = [text for text in found if text.startswith("weir status")]
        for message in set(found) - set(commands) - OF_THE_SYSTEM:
            for part in filter(None, (part.strip() for part in message.split("…"))):
                with self.subTest(message=message):
                    self.assertTrue(part in code, f"no text of the sources has '{part}'")

    def test_every_key_of_the_pages_is_one_of_a_study(self):
        keys = keys_of_a_study()
        for page, text in pages().items():
            for key in re.findall(r"`((?:simulation|server|client|launcher|checkpoint|buffer)(?:\.[a-z_]+)+)`", text):
                with self.subTest(page=page, key=key):
                    self.assertIn("/" + key.replace(".", "/"), keys)

    def test_every_part_of_a_study_that_is_shown_has_its_keys(self):
        keys = keys_of_a_study()
        shown = re.findall(r'^```(?:json)?\n("launcher": .*?)^```', (SOURCE / "docs" / "operations.md").read_text(), re.M | re.S)
        self.assertGreaterEqual(len(shown), 1)
        for path in (path for text in shown for path in paths_in(json.loads("{" + text + "}"))):
            with self.subTest(path=path):
                self.assertIn(path, keys)

    def test_every_command_of_the_pages_has_its_name_and_options(self):
        main = (SOURCE / "launcher" / "commands" / "main.cpp").read_text()
        names = set(re.findall(r'add(?:\(\s*app,|_subcommand\()\s*"(\w+)"', main))
        options = lambda text: set(re.findall(r'"(--[a-z-]+)"', text)) | {"--help", "--version"}
        of_predict = options((SOURCE / "server" / "predict" / "main.cpp").read_text())
        for page, text in pages().items():
            for command in commands(text):
                with self.subTest(page=page, command=command):
                    self.assertIn(command.split()[1], names)
                    known = of_predict if command.startswith("weir predict") else options(main)
                    self.assertLessEqual(set(re.findall(r"(?<= )\[?(--[a-z-]+)", command)), known)

    def test_every_file_of_a_study_that_the_pages_name_is_one_of_the_code(self):
        code = texts_of_the_code()
        for page, text in pages().items():
            for path in re.findall(r"`D/([\w./]+)`", text):
                for part in re.split(r"/|\.(?:SIM|ATTEMPT|R|N|K)\b", path):
                    with self.subTest(page=page, path=path):
                        self.assertIn(part.strip("."), code)

    def test_every_link_of_the_pages_leads_somewhere(self):
        for page, text in pages().items():
            for target, anchor in re.findall(r"\]\((?!http)([^)#]*)(?:#([^)]*))?\)", text):
                with self.subTest(page=page, target=target, anchor=anchor):
                    path = (SOURCE / page).parent / target if target else SOURCE / page
                    self.assertTrue(path.exists())
                    if anchor:
                        self.assertIn(anchor, anchors(path.read_text()))


if __name__ == "__main__":
    unittest.main()
