"""Whole real graphs on each cluster: every timeline equals the oracle's, also while Redis is emptied meanwhile."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from cluster.available import REDIS, Engine, RunningEngine
from cluster.engines.own_redis import MISSING, OwnRedis, find_redis
from cluster.engines.ports import LOCALHOST, ReservedPort
from cluster.member import NGINX_MISSING, find_nginx
from cluster.perch_process import run_app
from cluster.profiles import PROFILES, Profile, missing
from cluster.running import Cluster
from tests.e2e.conftest import RealData, real_data
from tests.engines.missing import go_without

__all__ = ["real_data"]

pytestmark = [pytest.mark.engines, pytest.mark.long, pytest.mark.timeout(0)]

LOAD_SECONDS = 3 * 3600.0
RESTART_SECONDS = 10.0

GRAPHS = {"reed98": ("socfb-Reed98.edges", 962), "git": ("git_edges.csv", 37_700)}
"""A file of friendships, and how many people there are. One in the second has 9,458 friends."""

PULLED = {"PULL_FOLLOWERS_THRESHOLD": "100"}


@pytest.mark.parametrize("graph", GRAPHS)
@pytest.mark.parametrize("profile", PROFILES)
def test_no_timeline_differs(profile: str, graph: str, real_data: RealData) -> None:
    with cluster_on(profile, PROFILES[profile]) as urls:
        load_and_compare(urls, graph, real_data)


@pytest.mark.parametrize("profile", [name for name, profile in PROFILES.items() if REDIS in profile.values()])
def test_no_timeline_differs_where_authors_are_pulled_and_redis_is_emptied_meanwhile(
    profile: str, real_data: RealData
) -> None:
    program = find_redis()
    if program is None:
        go_without(MISSING)
    redis, ended = OwnRedis(program), threading.Event()
    running = RunningEngine(redis.url, lambda: True, redis.close)
    engine = Engine(REDIS.name, REDIS.missing, lambda: running)
    engines = {setting: engine if each is REDIS else each for setting, each in PROFILES[profile].items()}
    restarts = []

    def restart() -> None:
        while not ended.wait(RESTART_SECONDS):
            redis.restart()
            restarts.append(1)

    with cluster_on(profile, engines, **PULLED) as urls:
        restarting = threading.Thread(target=restart)
        restarting.start()
        try:
            load_and_compare(urls, "reed98", real_data)
        finally:
            ended.set()
            restarting.join()
    print(f"Redis restarted {len(restarts)} times")
    assert restarts


@contextmanager
def cluster_on(name: str, profile: Profile, **settings: str) -> Iterator[Sequence[str]]:
    """Runs a cluster; yields the address of nginx, and then of each process that serves."""
    nginx = find_nginx()
    for reason in [*missing(PROFILES[name]), *([] if nginx else [NGINX_MISSING])]:
        go_without(reason)
    port = ReservedPort()
    with Cluster(profile, settings) as cluster:
        cluster.start(str(nginx), port)
        yield [f"http://{LOCALHOST}:{number}" for number in [port.number, *(each.port for each in cluster.serves)]]


def load_and_compare(urls: Sequence[str], graph: str, real_data: RealData) -> None:
    """Loads through nginx, and compares there and then at each process that serves."""
    name, people = GRAPHS[graph]
    options: list[str | Path] = ["--graph", real_data(name), "--undirected", "--tweets", real_data("tweets.txt")]
    for number, url in enumerate(urls):
        check = ["--check"] if number else []
        outcome = run_app("load", "--url", url, "--prefix", "g-", *options, *check, seconds=LOAD_SECONDS)
        print(outcome.stdout)
        assert outcome.returncode == 0, f"{outcome.stdout}\n{outcome.stderr}"
        assert outcome.stdout.splitlines()[-1] == f"timelines compared: {people}, 0 timelines differ"
