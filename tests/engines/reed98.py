"""A load of a part of a real graph: every timeline must equal the oracle's."""

from collections import Counter
from pathlib import Path

import pytest

from cluster.perch_process import run_app
from tests.e2e.conftest import RealData
from tests.engines.fleet import Fleet, metrics
from tests.engines.until import until
from tests.integration.effort import LONG

PEOPLE = 962 if LONG else 80
TWEETS = 4200 if LONG else 400
SECONDS = 1800 if LONG else 240


@pytest.fixture
def reed98(real_data: RealData, tmp_path: Path) -> list[object]:
    """The options of a load: the friendships among some people of a real graph, and some real tweets."""
    graph, tweets = tmp_path / "part.edges", tmp_path / "part.txt"
    edges = [tuple(line.split()) for line in real_data("socfb-Reed98.edges").read_text().splitlines()]
    # Those who have the most friends.
    friends = Counter(person for edge in edges for person in edge)
    chosen = {person for person, _ in friends.most_common(PEOPLE)}
    graph.write_text("".join(f"{a} {b}\n" for a, b in edges if {a, b} <= chosen))
    tweets.write_text("\n".join(real_data("tweets.txt").read_text().splitlines()[:TWEETS]))
    return ["--graph", graph, "--undirected", "--tweets", tweets]


def load(fleet: Fleet, url: str, options: list[object]) -> None:
    """Runs the load, which must find no difference."""
    outcome = run_app("load", "--url", url, *options, seconds=SECONDS)
    print(outcome.stdout)
    assert outcome.returncode == 0, f"{outcome.stdout}\n{outcome.stderr}\n{''.join(fleet.logs())}"
    last = outcome.stdout.splitlines()[-1]
    assert last == f"timelines compared: {PEOPLE}, 0 timelines differ"


def compare(fleet: Fleet, options: list[object]) -> None:
    """Compares all timelines after the load, through each process that serves."""
    for serve in fleet.serves:
        load(fleet, serve.url, [*options, "--check"])


def push_to_many(fleet: Fleet, prefix: str, options: list[object]) -> None:
    """Publishes as the one with the most friends, and waits until the timelines of all of these took the tweet."""
    words = Path(str(options[options.index("--graph") + 1])).read_text().split()
    [(person, friends)] = Counter(words).most_common(1)
    before = _pushed(fleet)
    assert fleet.serves[0].call("POST", "/v1/tweets", f"{prefix}{person}", b'{"text": "to all"}')[0] == 201
    until(lambda: _pushed(fleet) >= before + friends)


def _pushed(fleet: Fleet) -> float:
    return sum(metrics(work)["perch_deliveries_total"] for work in fleet.works)
