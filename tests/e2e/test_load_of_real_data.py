"""Every home timeline of a real graph equals the oracle's, however Perch is set up."""

import pytest

from cluster.perch_process import PerchProcess, run_app
from tests.e2e.conftest import RealData, StartPerch

NO_DIFFERENCE = 0
SAMPLE = 100


def load(perch: PerchProcess, graph: object, tweets: object, seconds: float) -> list[str]:
    """Runs the load, which must find no difference; returns the lines that it printed."""
    files = ["--graph", graph, "--undirected", "--tweets", tweets]
    outcome = run_app("load", "--url", perch.url, "--sample", SAMPLE, *files, seconds=seconds)
    print(outcome.stdout)
    assert outcome.returncode == NO_DIFFERENCE, f"{outcome.stdout}\n{outcome.stderr}\n{perch.log()}"
    return outcome.stdout.splitlines()


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({}, id="default settings"),
        pytest.param({"PULL_FOLLOWERS_THRESHOLD": "100"}, id="many authors are pulled"),
        pytest.param({"TIMELINE_CAPACITY": "20"}, id="tiny timelines"),
        pytest.param({"EVENT_QUEUE_CAPACITY": "10"}, id="tiny queue"),
    ],
)
def test_no_timeline_differs(start_perch: StartPerch, real_data: RealData, settings: dict[str, str]) -> None:
    perch = start_perch(**settings)

    printed = load(perch, real_data("socfb-Reed98.edges"), real_data("tweets.txt"), seconds=200)

    assert printed[0].startswith("users: 962,")
    assert printed[1].startswith("follows: 37624 in ")
    assert printed[2].startswith("tweets: 4200 in ")
    assert printed[-1] == "timelines compared: 962, 0 timelines differ"


def test_no_timeline_differs_while_nothing_is_pushed(start_perch: StartPerch, real_data: RealData) -> None:
    perch = start_perch("--no-worker")

    printed = load(perch, real_data("socfb-Reed98.edges"), real_data("tweets.txt"), seconds=200)

    assert printed[-1] == "timelines compared: 962, 0 timelines differ"
    assert perch.stop() == f"Perch stopped; tweets left to push: {4200 + SAMPLE}\n"


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_no_timeline_of_the_big_graph_differs(start_perch: StartPerch, real_data: RealData) -> None:
    perch = start_perch()

    printed = load(perch, real_data("git_edges.csv"), real_data("tweets.txt"), seconds=3500)

    assert printed[0].startswith("users: 37700,")
    assert printed[1].startswith("follows: 578006 in ")
    assert printed[-1] == "timelines compared: 37700, 0 timelines differ"
