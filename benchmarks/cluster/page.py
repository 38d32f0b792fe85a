"""The tables and the plot of docs/benchmarks-cluster.md; the rest of the page is written by hand."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure as Canvas

from benchmarks.cluster.costs import ACTS, PARTS, Costs, costs_of, is_cost, microseconds
from benchmarks.cluster.measure import GRAPHS
from benchmarks.cluster.sites import SITES
from benchmarks.documents import DOCS, replace_block
from benchmarks.figure import TIMES, Figure, LeftOut, Row, number
from benchmarks.plots import BLUE, GREY, ORANGE
from benchmarks.results import Results, measured_on, save
from benchmarks.table import markdown

PAGE = DOCS / "benchmarks-cluster.md"
FIGURES = DOCS / "benchmarks" / "cluster.json"
PLOT = FIGURES.with_suffix(".svg")

COSTS_ON = "reed98"
"""The graph on which costs of acts are measured too."""

COLOURS = (BLUE, "#54aeff", GREY, "#1a7f37", "#cf222e", "#8250df", ORANGE, "#d4a72c", "#bf3989")


def group(site: str, graph: str) -> str:
    """The name of the group of results."""
    return f"{site} on {graph}"


GROUPS = [group(site, graph) for graph in GRAPHS for site in SITES]


def write(results: Results) -> None:
    """Writes the page, its plot and the figures."""
    save(results, FIGURES)
    draw(results, PLOT)
    PAGE.write_text(filled(PAGE.read_text(), results))


def filled(page: str, results: Results) -> str:
    """The page with new content in all blocks; raises `ValueError` if the markers of a block are missing."""
    blocks = {
        "machine": markdown(("", ""), measured_on(results)),
        **{f"figures-{graph}": figures(results, graph) for graph in GRAPHS},
        "costs": costs(results),
    }
    for name, lines in blocks.items():
        page = replace_block(page, name, "\n".join(lines))
    return page


def rows_on(results: Results, graph: str) -> Mapping[str, Sequence[Row]]:
    """The rows of each site that was measured on this graph."""
    return {site: results.rows[name] for site in SITES if (name := group(site, graph)) in results.rows}


def figures(results: Results, graph: str) -> Iterator[str]:
    """All figures on a graph but the costs, one a row, with a column for each site."""
    by_site = {site: _by_name(rows) for site, rows in rows_on(results, graph).items()}
    names = dict.fromkeys(name for found in by_site.values() for name in found if not is_cost(name))
    rows = [[name, *(_cell(found.get(name)) for found in by_site.values())] for name in names]
    return markdown(["what", *(f"`{site}`" for site in by_site)], rows)


def costs_by_site(results: Results) -> Mapping[str, Costs]:
    """The costs of an act at each site that was measured."""
    return {site: costs_of(rows) for site, rows in rows_on(results, COSTS_ON).items()}


def costs(results: Results) -> Iterator[str]:
    """Microseconds of CPU of each act: one row for each site and act, with a column for each part."""
    by_site = costs_by_site(results)
    parts = [part for part in PARTS if any(part in found.read for found in by_site.values())]
    rows = [
        [f"`{site}`", act, *(_cost(getattr(found, act).get(part)) for part in parts)]
        for site, found in by_site.items()
        for act in ACTS
    ]
    return markdown(["site", "act", *parts], rows)


def draw(results: Results, path: Path) -> None:
    """Draws the CPU of each act, by part, for each site; the same results give the same file."""
    by_site = costs_by_site(results)
    with mpl.rc_context({"svg.hashsalt": "perch", "axes.spines.top": False, "axes.spines.right": False}):
        canvas = Canvas(figsize=(9, 1.6 + 0.3 * len(by_site)), layout="constrained")
        for axes, act in zip(canvas.subplots(1, len(ACTS), sharey=True), ACTS, strict=True):
            left = [0.0] * len(by_site)
            for part, colour in zip(PARTS, COLOURS, strict=True):
                values = [getattr(costs, act).get(part, 0.0) for costs in by_site.values()]
                is_labelled = act == ACTS[0] and any(part in costs.read for costs in by_site.values())
                label = part if is_labelled else None
                axes.barh(list(by_site), values, left=left, color=colour, label=label)
                left = [sum(pair) for pair in zip(left, values, strict=True)]
            axes.set_xlabel(f"µs of CPU a {act}")
        if by_site:
            axes.invert_yaxis()
            canvas.legend(loc="outside upper center", ncols=len(PARTS), frameon=False, fontsize=9)
        canvas.savefig(path, metadata={"Date": None})


def _by_name(rows: Sequence[Row]) -> Mapping[str, Figure]:
    return {row.name: row for row in rows if not isinstance(row, LeftOut)}


def _cost(cost: float | None) -> str:
    return "" if cost is None else microseconds(cost)


def _cell(figure: Figure | None) -> str:
    """The median; of a ratio what was measured, with the ratio behind it."""
    if figure is None:
        return ""
    if figure.unit == TIMES:
        return f"{figure.measured} ({number(figure.value)} {TIMES})"
    return f"{number(figure.value)} {figure.unit}".strip()
