"""`python -m benchmarks`: measures everything, prints it, and writes docs/benchmarks.md."""

import argparse
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from benchmarks import documents
from benchmarks.groups import GROUPS, measure_group
from benchmarks.machine import machine
from benchmarks.results import Results, load, merged
from benchmarks.table import HEADER, line


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--list", action="store_true", help="list the groups and measure nothing")
    parser.add_argument(
        "--only", nargs="+", choices=GROUPS, metavar="NAME", help="measure these groups and write nothing"
    )
    parser.add_argument("--keep", action="store_true", help="with --only: write these, and keep all other figures")
    parser.add_argument("--draw", action="store_true", help="write page and plots from the figures of the last run")
    arguments = parser.parse_args()
    if arguments.list:
        for name, group in GROUPS.items():
            print(f"{name:<12}{group.title}")
    elif arguments.draw:
        documents.write(load(documents.FIGURES))
    else:
        results = _measure(arguments.only or list(GROUPS))
        if not arguments.only:
            documents.write(results)
        elif arguments.keep:
            documents.write(merged(load(documents.FIGURES), results, GROUPS))


def _measure(names: Sequence[str]) -> Results:
    measured_on = machine()
    for name, value in measured_on.items():
        print(f"{name:<20}{value}")
    print(f"\n{line(HEADER)}", flush=True)
    # Each group has its own process, so that none works in memory that another one fragmented.
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as groups:
        return Results.of_run(measured_on, dict(zip(names, groups.map(measure_group, names), strict=True)))


if __name__ == "__main__":
    main()
