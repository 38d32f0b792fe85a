"""Rows as lines of text and as a table in Markdown."""

from collections.abc import Iterable, Iterator, Sequence

from benchmarks.figure import Figure, LeftOut, Row, number

WIDTHS = (66, 18, 46, 34, 18)
HEADER = ("what", "measured", "against", "figure (smallest to largest)", "bound", "")


def cells(row: Row) -> tuple[str, ...]:
    """Returns the cells of a row, in the order of `HEADER`."""
    if isinstance(row, LeftOut):
        return row.name, "left out", row.why, "", "", ""
    return row.name, row.measured, row.yardstick, spread(row), str(row.bound or ""), _verdict(row)


def spread(figure: Figure) -> str:
    """Returns the median with its unit, the smallest and the largest value."""
    value = f"{number(figure.value)} {figure.unit}"
    return f"{value} ({number(figure.low)} to {number(figure.high)})"


def line(of_cells: Iterable[str]) -> str:
    """Returns a row of the printed table."""
    *first, last = of_cells
    return "".join(f"{cell:<{width}}  " for cell, width in zip(first, WIDTHS, strict=True)) + last


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yields the lines of a table in Markdown."""
    for of_line in [head, ["---"] * len(head), *rows]:
        yield f"| {' | '.join(of_line)} |"


def _verdict(figure: Figure) -> str:
    if figure.bound is None:
        return ""
    return "met" if figure.is_met else "MISSED"
