"""`python -m benchmarks.capacity`: simulates, and writes docs/capacity.md; `--measure` measures the costs first."""

import argparse

from benchmarks.capacity import page
from benchmarks.capacity.costs import Costs, Measured, load, save
from benchmarks.capacity.measure import measure
from benchmarks.capacity.scenarios import SCENARIOS, followers_in, outcomes
from benchmarks.capacity.sizes import bytes_of_rows
from benchmarks.machine import machine
from benchmarks.worlds import real_graph
from cluster.profiles import PROFILES, missing

GRAPHS = {"reed98": "Reed98", "git": "GitHub"}
DRAWN = "GitHub"


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.capacity", description=__doc__)
    parser.add_argument("--measure", action="store_true", help="measure the costs on clusters of this machine first")
    if parser.parse_args().measure:
        save(Measured(machine(), bytes_of_rows(), _costs()))
    measured = load()
    times = page.times_of(list(measured.profiles.values())[-1])
    simulated = {}
    for name, title in GRAPHS.items():
        followers = followers_in(real_graph(name))
        simulated[title] = {each.title: outcomes(followers, each, times) for each in SCENARIOS}
    page.draw(simulated[DRAWN])
    text = page.filled(page.PAGE.read_text(), measured)
    page.PAGE.write_text(page.with_simulation(text, measured, simulated))


def _costs() -> dict[str, Costs]:
    found = {}
    for profile, engines in PROFILES.items():
        if missing(engines):
            print(f"{profile}: left out. {' '.join(missing(engines))}")
        else:
            found[profile] = measure(profile)
            print(profile, found[profile], flush=True)
    return found


if __name__ == "__main__":
    main()
