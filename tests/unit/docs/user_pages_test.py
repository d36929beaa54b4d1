"""What docs/from_melissa.md and the pages on instrumenting name is there: calls of the client interfaces, keys of a study and their values,
commands and their options, links."""

import re
import unittest

from operations_test import SOURCE, anchors, commands, keys_of_a_study

FROM_MELISSA = (SOURCE / "docs" / "from_melissa.md").read_text()
PAGES = {str(page.relative_to(SOURCE)): page.read_text()
         for page in [SOURCE / "docs" / "from_melissa.md", SOURCE / "docs" / "instrumenting.md", *(SOURCE / "docs" / "instrument").glob("*.md")]}
KEYS = keys_of_a_study()
TOP = {key[1:] for key in KEYS if key.count("/") == 1}


def calls_of_weir():
    header = (SOURCE / "include" / "weir" / "client.h").read_text()
    return set(re.findall(r"\b(weir_\w+)\b", header))


def methods_of_a_client():
    client = (SOURCE / "client_api" / "python" / "weir" / "client.py").read_text()
    return set(re.findall(r"^    def ([a-z]\w*)\(", client, re.M))


def spans(text):
    return re.findall(r"`([^`\n]+)`", text)


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

    def test_every_key_is_one_of_a_study(self):
        for page, text in PAGES.items():
            for span in spans(re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)):
                if re.fullmatch(r"[a-z]+(\.[a-z_]+)+", span) and span.split(".")[0] in TOP:
                    with self.subTest(page=page, key=span):
                        self.assertTrue(is_key(span))

    def test_every_key_of_melissa_is_told_by_keys_or_commands_of_weir(self):
        rows = rows_under("The configuration, key by key")
        self.assertGreater(len(rows), 35)
        schedulers = re.search(r"\| `scheduler` \| ([^|]*) \|", (SOURCE / "docs" / "study.md").read_text())[1]
        for row in rows:
            for span in spans(row[1]):
                with self.subTest(row=row[0], span=span):
                    if not span.startswith("weir ") and not is_key(span):
                        self.assertIn(f'"{span}"', schedulers)

    def test_every_command_has_its_name_and_options(self):
        main = (SOURCE / "launcher" / "commands" / "main.cpp").read_text()
        names = set(re.findall(r'add\(\s*app,\s*"(\w+)"', main))
        options = set(re.findall(r'"(--[a-z-]+)"', main))
        for page, text in PAGES.items():
            for command in commands(text):
                with self.subTest(page=page, command=command):
                    self.assertIn(command.split()[1], names)
                    self.assertLessEqual(set(re.findall(r"(?<= )\[?(--[a-z-]+)", command)), options)

    def test_every_link_leads_somewhere(self):
        for page, text in PAGES.items():
            for target, anchor in re.findall(r"\]\((?!http)([^)#]*)(?:#([^)]*))?\)", text):
                with self.subTest(page=page, target=target, anchor=anchor):
                    path = (SOURCE / page).parent / target if target else SOURCE / page
                    self.assertTrue(path.exists())
                    if anchor:
                        self.assertIn(anchor, anchors(path.read_text()))


if __name__ == "__main__":
    unittest.main()
