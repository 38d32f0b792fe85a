"""`python -m benchmarks.cluster`: measures whole clusters, prints it, and writes docs/benchmarks-cluster.md."""

import argparse
import time
from itertools import product

from benchmarks.cluster import page
from benchmarks.cluster.amounts import FULL, QUICK, Amounts, small_graph
from benchmarks.cluster.measure import GRAPHS, measure
from benchmarks.cluster.sites import SITES, why_not
from benchmarks.figure import Row
from benchmarks.machine import machine
from benchmarks.results import Results, load, merged
from benchmarks.table import HEADER, cells, line
from benchmarks.worlds import real_graph
from load.graph import Graph


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cluster", description=__doc__)
    parser.add_argument(
        "--only", nargs="+", choices=SITES, default=SITES, metavar="SITE", help="measure these and keep other figures"
    )
    parser.add_argument("--graph", nargs="+", choices=GRAPHS, default=GRAPHS, help="measure on these; both by default")
    parser.add_argument("--quick", action="store_true", help="measure little, in seconds, and write nothing")
    parser.add_argument("--draw", action="store_true", help="write page and plot from the figures of earlier runs")
    arguments = parser.parse_args()
    if arguments.draw:
        page.write(load(page.FIGURES))
    elif arguments.quick:
        for graph, name in product(arguments.graph, arguments.only):
            _measure(name, graph, small_graph(), QUICK)
    else:
        graphs, measured_on = {name: real_graph(name) for name in arguments.graph}, machine()
        for graph, name in product(arguments.graph, arguments.only):
            # After each, so that a run that is interrupted leaves what it has measured.
            if rows := _measure(name, graph, graphs[graph], FULL):
                results = Results.of_run(measured_on, {page.group(name, graph): rows})
                page.write(merged(load(page.FIGURES), results, page.GROUPS))


def _measure(name: str, graph_name: str, graph: Graph, amounts: Amounts) -> list[Row]:
    """Returns the figures, and prints each one as soon as it is measured; none if an engine is missing."""
    if reason := why_not(name):
        print(f"{name}: left out. {reason}", flush=True)
        return []
    print(f"\n{page.group(name, graph_name)}\n{line(HEADER)}", flush=True)
    started = time.monotonic()
    rows = []
    for row in measure(name, graph_name, graph, amounts):
        print(line(cells(row)), flush=True)
        rows.append(row)
    print(f"({time.monotonic() - started:.0f} s)", flush=True)
    return rows


if __name__ == "__main__":
    main()
