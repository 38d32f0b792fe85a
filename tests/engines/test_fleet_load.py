"""Every home timeline of a real graph equals the oracle's, on two processes that serve and two that work."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

import pytest

from cluster.perch_process import PerchProcess
from tests.engines.fleet import StartFleet, metrics
from tests.engines.reed98 import compare, load
from tests.engines.shared_gateway import SharedGateway
from tests.integration.effort import LONG

SAMPLE = 100 if LONG else 20


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
    start_fleet: StartFleet, reed98: list[object], tmp_path: Path, settings: dict[str, str], modes: set[str]
) -> None:
    options = ["--sample", SAMPLE, "--prefix", "load-", *reed98]
    fleet = start_fleet(serve=2, work=2, **settings)

    with entrance(tmp_path, fleet.serves) as url:
        load(fleet, url, options)
    compare(fleet, options)
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
