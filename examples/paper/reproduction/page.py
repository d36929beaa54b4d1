"""One page with the tables, and the figures of `weir report`'s comparisons below them."""

import html
import re

from .tables import as_html, tables_of
from .verdicts import ranks_text

STYLE = "h4 { margin: 0 0 6px; font-size: 14px; } th, td { overflow-wrap: normal; } td:nth-child(2) { min-width: 9em; }"
FIGURES = ("losses", "throughput", "buffer")


def sections_of(report):
    """The sections of a report's page, by id."""
    return dict(re.findall(r'<section id="([a-z]+)">\n(.*?)</section>', report, re.S))


def part(identity, title, body):
    return f'<section id="{identity}">\n<h2>{html.escape(title)}</h2>\n{body}</section>\n'


def figures_of(title, identity, report):
    sections = sections_of(report)
    body = "".join(re.sub(r"<(/?)h3>", r"<\1h4>", sections[name]).replace("h2>", "h3>") for name in FIGURES)
    return part(identity, title, body)


def page(results, published, reports):
    """`reports`: title → page of a comparison. Everything that it needs is in it."""
    style = re.search(r"<style>.*?</style>", next(iter(reports.values())), re.S)[0]
    settings, host = results["settings"], results["host"]
    lead = (f"{published['paper']}. Published: {published['machine']}. Here: {host['processor']}, {host['cores']} cores, weir {host['weir']}, "
            f"settings {settings['name']}: {settings['simulations']} simulations on {settings['grid']}², {settings['clients']} at a time.")
    tables = [(f"table-{number}", heading, (f'<p class="lead">{html.escape(sentence)}</p>\n' if sentence else "") + as_html(rows))
              for number, (heading, sentence, rows) in enumerate(tables_of(results, published))]
    figures = [(f"figures-{number}", title) for number, title in enumerate(reports)]
    links = "".join(f'<a href="#{identity}">{html.escape(title)}</a>\n' for identity, title, *_ in [*tables, *figures])
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<link rel="icon" href="data:,">\n'
        f"<title>The paper's experiments</title>\n{style}\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f'<header>\n<h1>The paper\'s experiments</h1>\n<p class="lead">{html.escape(lead)}</p>\n</header>\n<nav>{links}</nav>\n'
        + "".join(part(*table) for table in tables)
        + '<p class="lead">The published curves are figures of the paper; only the numbers in the tables above are published as numbers.</p>\n'
        + "".join(figures_of(title, identity, reports[title]) for identity, title in figures)
        + "</body>\n</html>\n")


def comparisons(runs):
    """Which runs are drawn over each other: those of the first seed. (title, runs) of each."""
    first = [run for run in runs if run.seed == runs[0].seed]
    groups = {}
    for run in first:
        large = run.kind.startswith("large")
        title = f"{'Online on many simulations, offline on few' if large else 'The buffers'}, {ranks_text(run.ranks)}, seed {run.seed}"
        groups.setdefault(title, []).append(run)
    return groups
