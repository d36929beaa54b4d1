"""Results beside the published ones, as tables: rows of cells, the header first. Markdown and HTML are made of the same rows."""

import html

from .results import find, large_ranks, main_ranks
from .runs import LARGE, MAIN
from .verdicts import NAMES, number, ranks_text, verdicts_of


def spread(values):
    """The median, and behind it how far the seeds lie apart."""
    if len(values["seeds"]) == 1 or values["least"] == values["greatest"]:
        return number_of(values["median"])
    return f"{number_of(values['median'])} ({number_of(values['least'])} – {number_of(values['greatest'])})"


def number_of(value):
    return f"{value:.0f}" if abs(value) >= 1000 else number(value)


def measured(cell, measure):
    return spread(cell[measure]) if measure in cell else "–"


def main_table(results, published, measure):
    """Of one measure, a row a kind: published and measured for each number of ranks."""
    ranks = main_ranks(results)
    rows = [["", *(head for count in ranks for head in (f"published, {count} GPU" + "s" * (count > 1), f"here, {ranks_text(count)}"))]]
    for kind in MAIN:
        row = [NAMES[kind] if kind != "offline" else "offline, one epoch"]
        for count in ranks:
            told = published["main"].get(kind, {}).get(measure, {}).get(str(count))
            cell = find(results, kind, count)
            row += ["–" if told is None else f"{told:g}", measured(cell, measure) if cell else "–"]
        rows.append(row)
    return rows


def run_table(results):
    """What each kind of run did, measures that the paper has no table of."""
    rows = [["", "batches", "samples trained on", "a sample is drawn", "buffer taken", "between series, of the rate", "validation / training loss"]]
    for ranks in main_ranks(results):
        for kind in MAIN:
            cell = find(results, kind, ranks)
            if cell:
                rows.append([f"{NAMES[kind]}, {ranks_text(ranks)}", *(measured(cell, measure) for measure in (
                    "batches", "trained", "times_drawn", "population", "slow_between_series", "validation_over_training_loss"))])
    return rows


def large_table(results, published):
    ranks, settings = large_ranks(results), results["settings"]
    rows = [["", "simulations, published", "here", "minimum MSE, published", "here", "samples/s, published", "here", "hours, published",
             "seconds, here", "batches, here"]]
    for kind in LARGE:
        cell, told = find(results, kind, ranks), published["large"][kind]
        here = settings["large"] if kind == "large-online" else settings["stored"]
        rows.append([NAMES[kind], str(told["simulations"]), str(here), f"{told['minimum_mse']:g}", measured(cell, "minimum_mse"),
                     f"{told['samples_per_second']:g}", measured(cell, "samples_per_second"), f"{told['hours']:g}",
                     measured(cell, "training_seconds"), measured(cell, "batches")])
    return rows


def repeats_table(results):
    """The histogram of the reservoir's repeats, in few classes."""
    classes = ((1, 1), (2, 2), (3, 3), (4, 5), (6, 9), (10, None))
    rows = [["share of the samples of rank 0, drawn", *(f"{low}" if low == high else f"{low} – {high}" if high else f"{low} and more"
                                                         for low, high in classes)]]
    for ranks in main_ranks(results):
        cell = find(results, "reservoir", ranks)
        if cell:
            counts, total = cell["repeats"], sum(cell["repeats"])
            rows.append([f"reservoir, {ranks_text(ranks)}", *(f"{100 * sum(counts[low - 1:high]) / total:.0f} %" for low, high in classes)])
    return rows


def verdict_table(results, published):
    rows = [["", "what is compared", "published", "here", "", "seeds alike", "why not"]]
    for verdict in verdicts_of(results, published):
        rows.append([verdict.about, verdict.claim, verdict.published or "no number", verdict.here,
                     "agrees" if verdict.agrees else "**does not agree**", verdict.seeds, verdict.why])
    return rows


def tally(results, published):
    verdicts = verdicts_of(results, published)
    numbered = [verdict for verdict in verdicts if verdict.published]
    others = [verdict for verdict in verdicts if not verdict.published]
    return (f"{sum(verdict.agrees for verdict in numbered)} of {len(numbered)} comparisons with published numbers agree, and "
            f"{sum(verdict.agrees for verdict in others)} of {len(others)} with what the algorithms lead to.")


def tables_of(results, published):
    """(heading, sentence, rows) of each table."""
    seeds = len({run["seed"] for run in results["runs"]})
    of_seeds = f"Median of {seeds} seeds (least – greatest)." if seeds > 1 else "One seed."
    tables = [
        ("Minimum error", f"Least MSE of a validation during the training, K². {of_seeds}", main_table(results, published, "minimum_mse")),
        ("Samples per second", f"Mean over the training. {of_seeds}", main_table(results, published, "samples_per_second")),
        ("Each kind of run", of_seeds, run_table(results)),
        ("How often the reservoir repeats", "", repeats_table(results))]
    if large_ranks(results):
        tables.append(("Online on many simulations, offline on few", f"As many batches, {ranks_text(large_ranks(results))}. {of_seeds}",
                       large_table(results, published)))
    return tables + [("Where the shapes agree", tally(results, published), verdict_table(results, published))]


def markdown(results, published, level="##"):
    parts = []
    for heading, sentence, rows in tables_of(results, published):
        lines = ["| " + " | ".join(row) + " |" for row in rows]
        lines.insert(1, "|" + "---|" * len(rows[0]))
        parts.append("\n".join([f"{level} {heading}", *([sentence, ""] if sentence else []), *lines]))
    return "\n\n".join(parts) + "\n"


def as_html(rows):
    def cells(row, tag):
        return "<tr>" + "".join(f"<{tag}>{html.escape(cell.strip('*'))}</{tag}>" for cell in row) + "</tr>"
    return ('<div class="scroll"><table>\n' + "\n".join([cells(rows[0], "th"), *(cells(row, "td") for row in rows[1:])])
            + "\n</table></div>\n")
