"""`python -m benchmarks`: measures everything, prints it, and writes docs/benchmarks.md."""

import argparse
import sys
import time
from collections.abc import Sequence

from app.logs import configure_logs
from benchmarks import documents
from benchmarks.cpus import LOAD, run_on
from benchmarks.figure import Row
from benchmarks.groups import GROUPS
from benchmarks.machine import machine
from benchmarks.results import Results, load
from benchmarks.table import HEADER, cells, line


def main() -> None:
    """Runs the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--list", action="store_true", help="list the groups, and measure nothing")
    parser.add_argument("--only", nargs="+", choices=GROUPS, metavar="NAME", help="these groups; writes nothing")
    parser.add_argument(
        "--draw", action="store_true", help="write page and plots anew from the figures of the last run"
    )
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


def _measure(names: Sequence[str]) -> Results:
    configure_logs("ERROR", "readable", sys.stderr)
    run_on(LOAD)
    measured_on = machine()
    for name, value in measured_on.items():
        print(f"{name:<20}{value}")
    print(f"\n{line(HEADER)}")
    return Results(measured_on, {name: _measure_group(name) for name in names})


def _measure_group(name: str) -> list[Row]:
    print(f"\n{GROUPS[name].title}")
    started = time.monotonic()
    rows = []
    for row in GROUPS[name].measure():
        print(line(cells(row)), flush=True)
        rows.append(row)
    print(f"({time.monotonic() - started:.0f} s)")
    return rows


if __name__ == "__main__":
    main()
