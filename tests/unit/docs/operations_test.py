"""What docs/operations.md shows of weir is of weir: messages (each part between two `…` is in a text of the sources), parts of a study."""

import json
import re
import unittest

from pages import SOURCE, keys_of_a_study, texts_of_the_code

OPERATIONS = (SOURCE / "docs" / "operations.md").read_text()
OF_THE_SYSTEM = {"No space left on device"}


def messages(page):
    """What stands as code in the column "you see"."""
    for line in page.splitlines():
        cells = line.split(" | ")
        if line.startswith("| ") and len(cells) == 4 and cells[0] != "| failure":
            yield from re.findall(r"`([^`]+)`", cells[1])
    yield from re.findall(r"`([^`]+)`", re.search(r"count why jobs failed: (.*?), or", page, re.S)[1])


def paths_in(section, above=""):
    for key, value in section.items():
        yield f"{above}/{key}"
        if isinstance(value, dict):
            yield from paths_in(value, f"{above}/{key}")


class OperationsTest(unittest.TestCase):
    def test_every_message_of_the_page_is_one_of_the_code(self):
        code = texts_of_the_code()
        found = list(messages(OPERATIONS))
        self.assertGreater(len(found), 30)
        commands = [text for text in found if text.startswith("weir status")]
        for message in set(found) - set(commands) - OF_THE_SYSTEM:
            for part in filter(None, (part.strip() for part in message.split("…"))):
                with self.subTest(message=message):
                    self.assertTrue(part in code, f"no text of the sources has '{part}'")

    def test_every_part_of_a_study_that_is_shown_has_its_keys(self):
        keys = keys_of_a_study()
        shown = re.findall(r'^```(?:json)?\n("launcher": .*?)^```', OPERATIONS, re.M | re.S)
        self.assertGreaterEqual(len(shown), 1)
        for path in (path for text in shown for path in paths_in(json.loads("{" + text + "}"))):
            with self.subTest(path=path):
                self.assertIn(path, keys)


if __name__ == "__main__":
    unittest.main()
