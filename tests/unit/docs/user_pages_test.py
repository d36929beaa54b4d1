"""What docs/from_melissa.md and the pages on instrumenting name is there: calls of the client interfaces, and what Melissa's keys become."""

import re
import unittest

from pages import SOURCE, keys_of_a_study, pages, spans

PAGES = pages("docs/from_melissa.md", "docs/instrumenting.md", "docs/instrument/*.md")
FROM_MELISSA = PAGES["docs/from_melissa.md"]
KEYS = keys_of_a_study()


def calls_of_weir():
    header = (SOURCE / "include" / "weir" / "client.h").read_text()
    return set(re.findall(r"\b(weir_\w+)\b", header))


def methods_of_a_client():
    client = (SOURCE / "client_api" / "python" / "weir" / "client.py").read_text()
    return set(re.findall(r"^    def ([a-z]\w*)\(", client, re.M))


def is_key(span):
    path = "/" + span.replace(".", "/")
    return path in KEYS or "/N/".join(path.rsplit("/", 1)) in KEYS


def rows_under(heading):
    section = FROM_MELISSA.split(f"## {heading}\n")[1].split("\n## ")[0]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in section.splitlines()
            if line.startswith("| ") and not line.startswith("| Melissa")]


class UserPagesTest(unittest.TestCase):
    def test_every_call_is_one_of_the_header(self):
        known = calls_of_weir() | {"weir_fortran", "weir_client", "weir_client_serial"}
        for page, text in PAGES.items():
            for call in set(re.findall(r"\bweir_[a-z_]+\b", text)):
                with self.subTest(page=page, call=call):
                    self.assertIn(call, known)

    def test_every_method_is_one_of_a_client(self):
        known = methods_of_a_client()
        for page, text in PAGES.items():
            for method in set(re.findall(r"\bclient\.([a-z_]+)\b(?!\.)(?=[\s(`])", text)) - {"h", "md"}:
                with self.subTest(page=page, method=method):
                    self.assertIn(method, known | {key.split("/")[2] for key in KEYS if key.startswith("/client/")})

    def test_every_key_of_melissa_is_told_by_keys_or_commands_of_weir(self):
        rows = rows_under("The configuration, key by key")
        self.assertGreater(len(rows), 35)
        schedulers = re.search(r"\| `scheduler` \| ([^|]*) \|", (SOURCE / "docs" / "study.md").read_text())[1]
        for row in rows:
            for span in spans(row[1]):
                with self.subTest(row=row[0], span=span):
                    if not span.startswith("weir ") and not is_key(span):
                        self.assertIn(f'"{span}"', schedulers)


if __name__ == "__main__":
    unittest.main()
