"""Every message that docs/operations.md tells users to look for is one that the code can say: each part between two `…` is in a
text of the sources."""

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

    def test_every_key_of_the_page_is_one_of_a_study(self):
        page = (SOURCE / "docs" / "operations.md").read_text()
        reference = (SOURCE / "docs" / "study.md").read_text()
        for key in re.findall(r"`(?:simulation|server|client|launcher|checkpoint|buffer)\.(\w+)`", page):
            with self.subTest(key=key):
                self.assertIn(f"`{key}`", reference)


if __name__ == "__main__":
    unittest.main()
