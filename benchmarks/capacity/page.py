"""The tables of docs/capacity.md and its plot."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure as Canvas

from benchmarks.capacity.costs import Measured
from benchmarks.capacity.deliveries import Times
from benchmarks.capacity.scenarios import WORKERS, Outcome
from benchmarks.capacity.sizing import AT_MOST, MICROSECONDS, USERS, Assumptions, in_production, need
from benchmarks.cluster.costs import Costs
from benchmarks.documents import DOCS, replace_block
from benchmarks.plots import BLUE, GREY, ORANGE
from benchmarks.table import markdown

PAGE = DOCS / "capacity.md"
PLOT = DOCS / "capacity" / "deliveries.svg"
GREEN = "#1a7f37"
PURPLE = "#8250df"
COLOURS = (GREY, BLUE, ORANGE, PURPLE, GREEN)
WORKER_PARTS = ("nginx", "serve")
"""Parts for which a worker does not wait."""

ROUND_TRIP_SECONDS = 0.0003
"""Assumed between a worker and an engine."""

ROUND_TRIPS_OF_TWEET = 2
ROUND_TRIPS_OF_SLICE = 3

YEAR_DAYS = 365
GIB = 1024**3

Simulated = Mapping[str, Mapping[str, Sequence[Outcome]]]
"""The outcomes by graph and scenario."""


def times_of(costs: Costs) -> Times:
    """How long a worker needs: its own CPU, that of the engines for which it waits, and round trips."""
    delivery = sum(cost for part, cost in costs.delivery.items() if part not in WORKER_PARTS)
    return Times(
        tweet=costs.publish["work"] / 1e6 + ROUND_TRIPS_OF_TWEET * ROUND_TRIP_SECONDS,
        slice=ROUND_TRIPS_OF_SLICE * ROUND_TRIP_SECONDS,
        delivery=delivery / 1e6,
    )


def filled(page: str, measured: Measured) -> str:
    """The page with new tables of costs and sizes."""
    blocks: Mapping[str, Callable[[Measured], Iterator[str]]] = {
        "rows": _rows,
        "needs": _needs,
        "bottlenecks": _bottlenecks,
    }
    for name, lines in blocks.items():
        page = replace_block(page, name, "\n".join(lines(measured)))
    return page


def with_simulation(page: str, measured: Measured, simulated: Simulated) -> str:
    """The page with a new table of the simulation."""
    profile, costs = list(measured.profiles.items())[-1]
    times = times_of(costs)
    delivery = in_production(costs.delivery)
    limits = {part: most * MICROSECONDS / delivery[part] for part, most in AT_MOST.items() if delivery.get(part)}
    engine = min(limits, key=limits.__getitem__)
    said = (
        f"Profile `{profile}`: {times.tweet * 1e3:.1f} ms a tweet, {times.slice * 1e3:.1f} ms a slice, "
        f"{times.delivery * 1e6:.1f} µs a delivery. From all workers together {engine} takes at most "
        f"{limits[engine]:,.0f} deliveries a second."
    )
    return replace_block(page, "simulation", "\n".join([said, "", *_simulation(simulated)]))


def draw(simulated: Mapping[str, Sequence[Outcome]], path: Path = PLOT) -> None:
    """Draws one graph: rate and delay against the number of workers. The same outcomes give the same file."""
    with mpl.rc_context({"svg.hashsalt": "perch", "axes.spines.top": False, "axes.spines.right": False}):
        canvas = Canvas(figsize=(9, 4), layout="constrained")
        rate, delay = canvas.subplots(1, 2)
        rate.plot(WORKERS, WORKERS, color=GREY, linestyle=":", linewidth=1)
        for (title, of_title), colour in zip(simulated.items(), COLOURS, strict=True):
            alone = of_title[0].deliveries_per_second
            rate.plot(WORKERS, [each.deliveries_per_second / alone for each in of_title], color=colour, marker="o")
            seconds = [each.p99_seconds for each in of_title]
            delay.plot(WORKERS, seconds, color=colour, marker="o", label=title)
        for axes in (rate, delay):
            axes.set_xscale("log", base=2)
            axes.set_xticks(WORKERS, [str(each) for each in WORKERS])
            axes.set_xlabel("workers")
        rate.set_yscale("log", base=2)
        rate.set_yticks(WORKERS, [str(each) for each in WORKERS])
        rate.set_ylabel("deliveries, against one worker")
        delay.set_yscale("log")
        delay.set_ylabel("p99 until the last push, at half load (s)")
        canvas.legend(loc="outside upper center", ncols=3, frameon=False, fontsize=9)
        canvas.savefig(path, metadata={"Date": None})


def _rows(measured: Measured) -> Iterator[str]:
    return markdown(["row", "bytes"], [[kind, f"{size:.0f}"] for kind, size in measured.row_bytes.items()])


def _needs(measured: Measured) -> Iterator[str]:
    assumed = Assumptions()
    tweet, follow, _ = measured.row_bytes.values()
    rows = []
    for profile, costs in measured.profiles.items():
        for users in USERS:
            what = need(users, costs, assumed)
            cpus = ", ".join(f"{part} {count:,.1f}" for part, count in what.cpus.items())
            disk = users * (assumed.active * assumed.tweets * YEAR_DAYS * tweet + assumed.follows * follow) / GIB
            rates = [f"{rate:,.0f}" for rate in (what.reads, what.publishes, what.deliveries)]
            rows.append([f"`{profile}`", f"{users // 1_000_000} million", *rates, cpus, f"{disk:,.0f}"])
    head = ["profile", "users", "reads /s", "tweets /s", "deliveries /s", "CPUs", "GiB in PostgreSQL after a year"]
    return markdown(head, rows)


def _bottlenecks(measured: Measured) -> Iterator[str]:
    rows = []
    for profile, costs in measured.profiles.items():
        what = need(USERS[0], costs, Assumptions())
        rows.append([f"`{profile}`", what.bottleneck, f"{what.users_at_most / 1e6:,.0f} million"])
    return markdown(["profile", "first bottleneck", "users until then"], rows)


def _simulation(simulated: Simulated) -> Iterator[str]:
    shown = (1, 8, 64)
    rows = []
    for graph, scenarios in simulated.items():
        for title, of_title in scenarios.items():
            by_workers = {each.workers: each for each in of_title}
            rates = [f"{by_workers[count].deliveries_per_second:,.0f}" for count in shown]
            delays = [_seconds(by_workers[count].p99_seconds) for count in shown]
            rows.append([graph, title, *rates, *delays])
    rates = [f"/s of {count}" for count in shown]
    return markdown(["graph", "tweets", *rates, *[f"p99 of {count}" for count in shown]], rows)


def _seconds(seconds: float) -> str:
    """Two digits."""
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.2g} s"
