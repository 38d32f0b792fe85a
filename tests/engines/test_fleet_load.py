"""Every home timeline of a real graph equals the oracle's, on two processes that serve and two that work."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

import pytest

from tests.e2e.conftest import RealData
from tests.e2e.perch_process import PerchProcess, run_app
from tests.engines.fleet import Fleet, StartFleet, metrics
from tests.engines.shared_gateway import SharedGateway
from tests.integration.effort import LONG

PEOPLE = 962 if LONG else 80
TWEETS = 4200 if LONG else 400
SAMPLE = 100 if LONG else 20
SECONDS = 1000 if LONG else 120
PREFIX = "load-"


@pytest.mark.timeout(2400 if LONG else 300)
@pytest.mark.parametrize(
    ("settings", "modes"),
    [
        pytest.param({}, {"push"}, id="default settings"),
        pytest.param({"TIMELINES_URL": "none"}, {"push"}, id="no timelines"),
        pytest.param(
            {"PULL_FOLLOWERS_THRESHOLD": "50", "TIMELINE_CAPACITY": "20"},
            {"push", "pull"},
            id="some are pulled, and timelines are tiny",
        ),
    ],
)
def test_no_timeline_differs(
    start_fleet: StartFleet, real_data: RealData, tmp_path: Path, settings: dict[str, str], modes: set[str]
) -> None:
    graph = part_of_graph(real_data("socfb-Reed98.edges"), tmp_path / "part.edges")
    tweets = first_lines(real_data("tweets.txt"), tmp_path / "part.txt")
    files = ["--graph", graph, "--undirected", "--tweets", tweets, "--sample", SAMPLE, "--prefix", PREFIX]
    fleet = start_fleet(serve=2, work=2, **settings)

    with entrance(tmp_path, fleet.serves) as url:
        load(fleet, "--url", url, *files)
    for serve in fleet.serves:
        load(fleet, "--url", serve.url, *files, "--check")
    assert {mode for serve in fleet.serves for mode in modes_published(serve)} == modes


def modes_published(perch: PerchProcess) -> set[str]:
    """The modes of the tweets that this process published."""
    found = metrics(perch)
    return {mode for mode in ("push", "pull") if found[f'perch_tweets_published_total{{mode="{mode}"}}']}


@contextmanager
def entrance(folder: Path, serves: list[PerchProcess]) -> Iterator[str]:
    """nginx in front of all; without nginx the first one."""
    if which("nginx", path="/usr/sbin") is None:
        yield serves[0].url
        return
    (folder / "nginx").mkdir()
    with SharedGateway(folder / "nginx", [serve.port for serve in serves]) as gateway:
        yield f"http://127.0.0.1:{gateway.port}"


def load(fleet: Fleet, *arguments: object) -> None:
    """Runs the load, which must find no difference."""
    outcome = run_app("load", *arguments, seconds=SECONDS)
    print(outcome.stdout)
    assert outcome.returncode == 0, f"{outcome.stdout}\n{outcome.stderr}\n{''.join(fleet.logs())}"
    last = outcome.stdout.splitlines()[-1]
    assert last == f"timelines compared: {PEOPLE}, 0 timelines differ"


def part_of_graph(path: Path, target: Path) -> Path:
    """The friendships among those who have the most."""
    edges = [tuple(line.split()) for line in path.read_text().splitlines()]
    friends = Counter(person for edge in edges for person in edge)
    chosen = {person for person, _ in friends.most_common(PEOPLE)}
    target.write_text("".join(f"{a} {b}\n" for a, b in edges if {a, b} <= chosen))
    return target


def first_lines(path: Path, target: Path) -> Path:
    target.write_text("\n".join(path.read_text().splitlines()[:TWEETS]))
    return target
