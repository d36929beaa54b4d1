"""The blocks of the pages: what stands between two fences, and what its first line says of it."""

import dataclasses
import json
import pathlib
import re

SOURCE = pathlib.Path(__file__).parents[3]
FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)(?: (?P<name>\S+))?\n(?P<text>.*?)^ *```$", re.M | re.S)


@dataclasses.dataclass(frozen=True)
class Block:
    page: str
    language: str
    name: str  # of the file that it is; "" when it is none
    text: str

    @property
    def first(self):
        """Its first line, by which it is known."""
        return self.text.strip().split("\n")[0]


def blocks_of(page):
    return [Block(page, found["language"], found["name"] or "", found["text"])
            for found in FENCE.finditer((SOURCE / page).read_text())]


def pages_with_blocks():
    paths = [SOURCE / "README.md", *SOURCE.glob("docs/**/*.md"), *SOURCE.glob("examples/**/*.md")]
    names = sorted(str(path.relative_to(SOURCE)) for path in paths)
    return {name: blocks for name in names if (blocks := blocks_of(name))}


def parts_of_a_study(text):
    """The objects in a block of JSON: a whole study, or lines such as `"server": {…}`, each a part by itself unless a comma joins it to
    the next."""
    if text.lstrip().startswith("{"):
        return [json.loads(text)]
    parts, open_lines = [], ""
    for line in text.splitlines():
        open_lines += line
        try:
            parts.append(json.loads("{" + open_lines + "}"))
            open_lines = ""
        except json.JSONDecodeError:
            pass  # it goes on
    if open_lines:
        raise AssertionError(f"no JSON: {open_lines}")
    return parts


def missing_line(expected, output):
    """The first line of `expected` that does not come in `output`, in order; `…` stands for anything. None: all come."""
    lines = iter(output.splitlines())
    for wanted in expected.splitlines():
        pattern = re.compile(".*".join(re.escape(part) for part in wanted.strip().split("…")))
        if not any(pattern.fullmatch(line.strip()) for line in lines):
            return wanted
    return None
