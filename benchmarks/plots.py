"""The plots of docs/benchmarks.md. They have a white background, so that they are readable on light and dark pages."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from benchmarks.cases.fan_out import SHARES
from benchmarks.figure import Figure
from benchmarks.results import Results

BLUE, ORANGE, GREY = "#0969da", "#bc4c00", "#57606a"
ROW_INCHES = 0.32

Draw = Callable[[Axes, Results], None]


def save_plot(path: Path, draw: Draw, results: Results) -> None:
    """Draws a plot into a file; the same results give the same file."""
    with mpl.rc_context({"svg.hashsalt": "perch", "axes.spines.top": False, "axes.spines.right": False}):
        canvas = Canvas(figsize=(8, 4), layout="constrained")
        draw(canvas.add_subplot(), results)
        canvas.savefig(path, metadata={"Date": None})


def _bounds(axes: Axes, results: Results) -> None:
    """Draws the share of each bound that is used up."""
    bound = {f"{row.name}, {row.unit}": row.bound.used(row.value) for row in results.figures if row.bound}
    _make_room(axes, len(bound))
    names, used = list(bound), list(bound.values())
    axes.barh(names, used, color=[BLUE if share <= 1 else ORANGE for share in used])
    for place, share in enumerate(used):
        axes.annotate(f"{share:.2f}", (share, place), (3, 0), textcoords="offset points", va="center", fontsize=8)
    axes.axvline(1, color=GREY, linestyle="--")
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.invert_yaxis()
    axes.set_xlabel("share of the bound that is used up (above 1: missed)")


def _fan_out(axes: Axes, results: Results) -> None:
    """Draws the latencies of reads, idle and during the fan-out."""
    places = range(len(SHARES))
    for (name, milliseconds), colour in zip(_points(results, "fan-out", "idle").items(), (BLUE, ORANGE), strict=True):
        axes.plot(places, milliseconds, marker="o", color=colour, label=name)
    axes.set_xticks(places, [f"p{share * 100:g}" for share in SHARES])
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter("{x:g}")
    axes.set_xlabel("percentile of the reads")
    axes.set_ylabel("latency since the request was due (ms)")
    axes.legend(frameon=False)


def _stored_tweets(axes: Axes, results: Results) -> None:
    """Draws the time of a read against the number of stored tweets."""
    by_number = _points(results, "reads", "10000")
    numbers = [int(number) for number in by_number]
    medians = [statistics.median(times) for times in by_number.values()]
    below = [median - min(times) for median, times in zip(medians, by_number.values(), strict=True)]
    above = [max(times) - median for median, times in zip(medians, by_number.values(), strict=True)]
    axes.errorbar(numbers, medians, yerr=[below, above], marker="o", capsize=4, color=BLUE)
    axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    axes.set_xlabel("stored tweets")
    axes.set_ylabel("page 1: median and spread (µs)")


def _settings(axes: Axes, results: Results) -> None:
    """Draws rate and p99 with each setting, relative to the defaults."""
    figures = [row for row in results.rows["process"] if isinstance(row, Figure)]
    rates = [figure for figure in figures if figure.name.endswith(": rate")]
    slow = [figure for figure in figures if figure not in rates]
    _make_room(axes, len(rates))
    names = [figure.name.partition(":")[0] for figure in rates]
    for of_kind, colour, label, shift in (
        (rates, BLUE, "rate (more is better)", -0.12),
        (slow, ORANGE, "p99 (less is better)", 0.12),
    ):
        places = [place + shift for place in range(len(of_kind))]
        values = [figure.value for figure in of_kind]
        spreads = [[f.value - f.low for f in of_kind], [f.high - f.value for f in of_kind]]
        axes.errorbar(values, places, xerr=spreads, fmt="o", capsize=3, color=colour, label=label)
    axes.set_yticks(range(len(names)), names)
    axes.axvline(1, color=GREY, linestyle="--")
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.invert_yaxis()
    axes.set_xlabel("ratio to the defaults (median and spread)")
    axes.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)


def _points(results: Results, group: str, key: str) -> Mapping[str, Sequence[float]]:
    """Returns the points of the figure in this group that has points with this key."""
    figures = [row for row in results.rows[group] if isinstance(row, Figure)]
    return next(figure.points for figure in figures if key in figure.points)


def _make_room(axes: Axes, rows: int) -> None:
    canvas = axes.get_figure()
    if isinstance(canvas, Canvas):
        canvas.set_figheight(1.2 + ROW_INCHES * rows)


PLOTS: Mapping[str, Draw] = {
    "bounds": _bounds,
    "fan-out": _fan_out,
    "stored-tweets": _stored_tweets,
    "settings": _settings,
}
"""The plots by file name."""
