"""Any one of three nodes may be killed or paused, and comes back: nothing fails, and no timeline differs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cassandra import ConsistencyLevel
from cassandra.cluster import EXEC_PROFILE_DEFAULT, Cluster, ExecutionProfile
from cassandra.policies import WhiteListRoundRobinPolicy

from cluster.engines.jars import CASSANDRA
from cluster.engines.own_cassandra import OwnCassandra
from cluster.perch_process import PerchProcess, run_app
from tests.cassandra.three_nodes import ThreeNodes
from tests.engines.fleet import Fleet, metrics
from tests.engines.missing import go_without
from tests.engines.until import until

USERS = 30
TWEETS = 60
LOAD_SECONDS = 300.0
HINTS_SECONDS = 180.0
KEYSPACE = "three"

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]


@pytest.fixture
def three() -> Iterator[ThreeNodes]:
    if CASSANDRA.missing:
        go_without(CASSANDRA.missing)
    with ThreeNodes() as nodes:
        yield nodes


def entries_of(node: OwnCassandra) -> int:
    """How many entries this node alone has."""
    profile = ExecutionProfile(
        WhiteListRoundRobinPolicy([node.address]), consistency_level=ConsistencyLevel.ONE, request_timeout=60.0
    )
    cluster = Cluster(
        [(node.address, node.port)], execution_profiles={EXEC_PROFILE_DEFAULT: profile}, protocol_version=5
    )
    try:
        [row] = cluster.connect().execute(f"SELECT count(tweet_id) FROM {KEYSPACE}.timelines")  # noqa: S608
        return int(row[0])
    finally:
        cluster.shutdown()


def test_any_node_may_be_gone_for_a_while(three: ThreeNodes, postgres_database: str, tmp_path: Path) -> None:
    settings = {"DATABASE_URL": postgres_database, "TIMELINES_URL": three.url(KEYSPACE)}
    outcome = run_app("migrate", seconds=LOAD_SECONDS, **settings)
    assert outcome.returncode == 0, outcome.stderr
    graph, tweets = tmp_path / "graph.edges", tmp_path / "tweets.txt"
    graph.write_text("".join(f"{a} {b}\n" for a in range(USERS) for b in range(a)))
    tweets.write_text("".join(f"tweet {number}\n" for number in range(TWEETS)))
    files = ["--graph", graph, "--undirected", "--tweets", tweets, "--sample", 10]

    with Fleet(tmp_path, **settings) as fleet:
        [serve, other] = fleet.serve(2)
        [work] = fleet.work(1)

        def load(prefix: str, *, check: bool = False) -> None:
            url = (other if check else serve).url
            asked = ["--check"] if check else []
            done = run_app("load", "--url", url, "--prefix", prefix, *files, *asked, seconds=LOAD_SECONDS)
            assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
            assert "0 timelines differ" in done.stdout

        load("all-")
        first, second, third = three.nodes
        second.kill()
        load("killed-")
        until(lambda: _is_up(serve) and _is_up(work))
        second.start()
        # What it missed comes as hints.
        until(lambda: entries_of(second) == entries_of(first), HINTS_SECONDS)
        third.pause()
        load("paused-")
        load("killed-", check=True)
        third.resume()
        until(lambda: entries_of(third) == entries_of(first), HINTS_SECONDS)
        first.kill()
        for prefix in ("all-", "killed-", "paused-"):
            load(prefix, check=True)
        second.pause()
        # One of three is no majority: the author logs have everything.
        for prefix in ("all-", "killed-", "paused-"):
            load(prefix, check=True)
        assert not _is_up(other)


def _is_up(process: PerchProcess) -> bool:
    return metrics(process)['perch_engine_up{engine="cassandra-timelines"}'] == 1
