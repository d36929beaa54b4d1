"""The pages of docs/reference say what the header, the Fortran module, the Python package and the programs say today."""

import pathlib
import re
import subprocess
import unittest

SOURCE = pathlib.Path(__file__).parents[3]
REFERENCE = SOURCE / "docs" / "reference"


def names(file, pattern):
    return set(re.findall(pattern, (SOURCE / file).read_text(), re.M))


class ReferenceTest(unittest.TestCase):
    def test_the_pages_are_those_that_are_made_today(self):
        done = subprocess.run([REFERENCE / "generate", "--check"], capture_output=True, text=True, timeout=100)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_every_call_has_its_section(self):
        calls = names("include/weir/client.h", r"^WEIR_API [^(]*?\b(weir_\w+)\(")
        methods = names("client_api/python/weir/client.py", r"^    def ([a-z]\w*)\(")
        self.assertEqual((len(calls) > 10, len(methods) > 5), (True, True))
        fortran = calls - {"weir_send_float"}  # weir_send takes both kinds there
        for page, wanted in (("c.md", calls), ("fortran.md", fortran), ("python.md", methods)):
            text = (REFERENCE / page).read_text()
            headings = set(re.findall(r"\w+", " ".join(re.findall(r"^##+ (.*)$", text, re.M))))
            with self.subTest(page=page):
                self.assertEqual(wanted - headings, set())

    def test_every_command_has_its_section(self):
        main = names("launcher/commands/main.cpp", r'add(?:\(\s*app,|_subcommand\()\s*"(\w+)"')
        self.assertGreater(len(main), 8)
        self.assertEqual({f"weir {name}" for name in main} - set(re.findall(r"^## (.*)$", (REFERENCE / "commands.md").read_text(), re.M)), set())


if __name__ == "__main__":
    unittest.main()
