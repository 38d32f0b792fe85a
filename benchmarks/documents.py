"""Writes the results of a run between the markers of docs/benchmarks.md; the rest is written by hand."""

import re
from pathlib import Path

from benchmarks.plots import PLOTS, save_plot
from benchmarks.results import Results, measured_on, save
from benchmarks.table import HEADER, cells, markdown, spread

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "benchmarks.md"
FIGURES = DOCS / "benchmarks" / "figures.json"


def write(results: Results) -> None:
    """Writes the page, its plots and the figures."""
    save(results, FIGURES)
    for name, draw in PLOTS.items():
        save_plot(FIGURES.with_name(f"{name}.svg"), draw, results)
    PAGE.write_text(filled(PAGE.read_text(), results))


def filled(page: str, results: Results) -> str:
    """Returns the page with new content in all blocks; raises `ValueError` if the markers of a block are missing."""
    blocks = {
        "machine": _machine(results),
        "missed": _missed(results),
        **{name: "\n".join(markdown(HEADER, map(cells, rows))) for name, rows in results.rows.items()},
    }
    for name, content in blocks.items():
        page = replace_block(page, name, content)
    return page


def replace_block(page: str, name: str, content: str) -> str:
    """Returns the page with `content` between the markers of `name`; raises `ValueError` unless it has them once."""
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    pattern = re.compile(f"{re.escape(begin)}\n.*?{re.escape(end)}", re.DOTALL)
    if len(pattern.findall(page)) != 1:
        raise ValueError(f"the page must have the markers of {name} once")
    return pattern.sub(lambda _: f"{begin}\n{content}\n{end}", page)


def _machine(results: Results) -> str:
    return "\n".join(markdown(("", ""), measured_on(results)))


def _missed(results: Results) -> str:
    bound = [figure for figure in results.figures if figure.bound]
    lines = [f"{len(bound) - len(results.missed)} of {len(bound)} bounds are met.", ""]
    lines += [f"- {figure.name}: {spread(figure)}, {figure.bound}." for figure in results.missed]
    return "\n".join(lines)
