"""`python -m benchmarks.capacity`: simulates, and writes docs/capacity.md; `--measure` measures the rows first."""

import argparse

from benchmarks.capacity import page
from benchmarks.capacity.costs import load, save
from benchmarks.capacity.scenarios import SCENARIOS, followers_in, outcomes
from benchmarks.capacity.sizes import bytes_of_rows
from benchmarks.worlds import real_graph

GRAPHS = {"reed98": "Reed98", "git": "GitHub"}
DRAWN = "GitHub"


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.capacity", description=__doc__)
    parser.add_argument("--measure", action="store_true", help="measure how many bytes a row takes first")
    if parser.parse_args().measure:
        save(bytes_of_rows())
    measured = load()
    times = page.times_of(list(measured.profiles.values())[-1])
    simulated = {}
    for name, title in GRAPHS.items():
        followers = followers_in(real_graph(name))
        simulated[title] = {each.title: outcomes(followers, each, times) for each in SCENARIOS}
    page.draw(simulated[DRAWN])
    text = page.filled(page.PAGE.read_text(), measured)
    page.PAGE.write_text(page.with_simulation(text, measured, simulated))


if __name__ == "__main__":
    main()
