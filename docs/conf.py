"""The pages as a site that asks no network for anything: docs/build makes it. Its navigation is what docs/README.md lists."""

import re

project = "weir"
extensions = ["myst_parser"]
root_doc = "docs/README"
include_patterns = ["CHANGELOG.md", "docs/**.md", "examples/**/README.md"]
exclude_patterns = ["build*", ".*", "client_api", "cmake", "include", "launcher", "server", "src", "tests"]
suppress_warnings = ["misc.highlighting_failure"]  # parts of a study are no whole JSON
highlight_language = "none"
myst_heading_anchors = 4

html_theme = "furo"
html_title = "weir"
html_static_path = ["site.css"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_copyright = False
html_use_index = False

# Pages that have pages of their own below them, and the folder of those.
PARENTS = {
    "docs/decisions/README": "",
    "docs/instrumenting": "instrument/",
    "examples/clusters/README": "",
}
NESTED = re.compile(r"decisions/\d|instrument/|clusters/.+/README")
LINK = re.compile(r"\]\(([^)#\s]+\.md)\)")


def listed(text):
    """The pages that a text links to, in order."""
    return list(dict.fromkeys(LINK.findall(text)))


def toctree(pages, *options):
    return "\n".join(["", "```{toctree}", ":hidden:", *options, "", *pages, "```", ""])


def add_navigation(app, name, source):
    """Each section of the index becomes a part of the navigation; a parent page gets its children."""
    text = source[0]
    if name == root_doc:
        for section in text.split("\n## ")[1:]:
            pages = [page for page in listed(section) if not NESTED.search(page)]
            source[0] += toctree(pages, ":caption: " + section.split("\n")[0])
    elif name in PARENTS:
        source[0] += toctree([page for page in listed(text) if page.startswith(PARENTS[name]) and not page.startswith("..")])


def setup(app):
    app.connect("source-read", add_navigation)
