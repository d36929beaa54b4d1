"""The pages, and what a page can name."""

import os
import pathlib
import re

SOURCE = pathlib.Path(os.environ["WEIR_SOURCE"])
LITERALS = re.compile(r'"(?:[^"\\\n]|\\.)*"(?:\s*"(?:[^"\\\n]|\\.)*")*')


def pages(*patterns):
    """Their texts, by their paths from the top."""
    return {str(page.relative_to(SOURCE)): page.read_text() for pattern in patterns for page in sorted(SOURCE.glob(pattern))}


def every_page():
    return pages("README.md", "docs/**/*.md", "examples/**/*.md")


def without_blocks(text):
    return re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)


def spans(text):
    return re.findall(r"`([^`\n]+)`", text)


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


def keys_of_a_study():
    """Every key of the reference page: /launcher/clients/time_limit."""
    keys, section = set(), ""
    for line in (SOURCE / "docs" / "study.md").read_text().splitlines():
        if heading := re.match(r"## `(/[^`]*)`", line):
            section = heading[1]
        elif row := re.match(r"\| `(\w+)` \|", line):
            keys.add(f"{section.rstrip('/')}/{row[1]}")
    return keys


def commands(text):
    """Calls of weir, in code spans and code blocks."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.M | re.S)
    for line in [line for block in blocks for line in block.splitlines()] + spans(without_blocks(text)):
        for name, rest in re.findall(r"(?:^|build/bin/|  |salloc .*)weir ([a-z]+)\b *(.*?)(?=  |;|$)", line):
            yield f"weir {name} {rest}"


def anchors(text):
    """Of the headings, as Git hosts make them."""
    headings = re.findall(r"^#+ (.*)$", text, re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
