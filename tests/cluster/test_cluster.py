"""`make cluster`: one command, one line when it is ready, and nothing left at the end."""

import json
import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from cluster.engines import own_redis
from cluster.exchange import exchange
from cluster.listener import Listener
from cluster.member import NGINX_MISSING, find_nginx
from cluster.profiles import PROFILES, missing
from tests.cluster.started import started_cluster
from tests.engines.missing import go_without
from tests.engines.until import until

pytestmark = [pytest.mark.engines, pytest.mark.usefixtures("programs")]

NO_PROGRAMS = "/nowhere"


@pytest.fixture
def programs() -> None:
    """What each cluster here needs is installed."""
    for reason in [*missing(PROFILES["redis"]), *([] if find_nginx() else [NGINX_MISSING])]:
        go_without(reason)


def call(port: int, method: str, path: str, user: str, body: bytes | None = None) -> tuple[int, bytes]:
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        return exchange(connection, method, path, user, body)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_tweet_published_through_nginx_comes_in_the_streams_of_both_processes(profile: str) -> None:
    for reason in missing(PROFILES[profile]):
        go_without(reason)
    with started_cluster(PROFILE=profile) as cluster, ExitStack() as stack:
        said, port = cluster.wait_until_ready()
        assert said == profile
        assert call(port, "PUT", "/v1/users/me/following/alice", "bob")[0] == 204
        ports = [cluster.port_of("serve-1"), cluster.port_of("serve-2")]
        listeners = [stack.enter_context(closing(Listener(each, "bob"))) for each in ports]
        blocks = [listener.blocks() for listener in listeners]
        for each in blocks:
            next(each)
        status, body = call(port, "POST", "/v1/tweets", "alice", b'{"text": "to all"}')
        assert status == 201
        for each in blocks:
            assert next(tweet for block in each if (tweet := block.tweet())) == json.loads(body)
        stack.close()
        cluster.signal(signal.SIGINT)
        assert cluster.wait() == 0
        assert cluster.errors() == ""


@pytest.mark.parametrize(("name", "said"), [("serve-1", "serve-1 has ended"), ("postgres", "PostgreSQL has ended")])
def test_a_process_that_dies_is_reported_and_ends_the_cluster(name: str, said: str) -> None:
    with started_cluster(PROFILE="postgres") as cluster:
        cluster.wait_until_ready()
        os.kill(cluster.main_of(name), signal.SIGKILL)
        assert cluster.wait() == 1
        assert cluster.errors().startswith("The cluster has ended: ")
        assert said in cluster.errors()


def test_a_second_cluster_runs_beside_the_first() -> None:
    with started_cluster(PROFILE="postgres") as first:
        _, port = first.wait_until_ready()
        with started_cluster(PROFILE="postgres", PORT=str(port)) as third:
            assert third.wait() == 2
            assert third.errors() == f"Port {port} is taken. PORT=… names another one.\n"
        with started_cluster(PROFILE="postgres") as second:
            _, other = second.wait_until_ready()
            assert call(port, "POST", "/v1/tweets", "alice", b'{"text": "in the first"}')[0] == 201
            assert json.loads(call(other, "GET", "/v1/tweets", "alice")[1])["data"] == []
            second.signal(signal.SIGTERM)
            assert second.wait() == 0
        assert call(port, "GET", "/v1/tweets", "alice")[0] == 200


def test_nothing_is_left_of_a_cluster_that_is_interrupted_at_its_start() -> None:
    with started_cluster(PROFILE="postgres") as cluster:
        until(lambda: list(cluster.folder.glob("perch-postgres-*/disk/data/PG_VERSION")))
        cluster.signal(signal.SIGTERM)
        assert cluster.wait() == 0


def test_nothing_is_left_of_a_cluster_that_is_killed() -> None:
    with started_cluster(PROFILE="postgres") as cluster:
        cluster.wait_until_ready()
        cluster.signal(signal.SIGKILL)
        assert cluster.wait() == -signal.SIGKILL


def test_data_and_logs_stay_if_that_is_asked_for(kept: Path) -> None:
    with started_cluster(PATH=NO_PROGRAMS, KEEP=str(kept), LOG_LEVEL="INFO") as cluster:
        profile, _ = cluster.wait_until_ready()
        assert profile == "postgres", "the largest profile whose programs are found"
        cluster.signal(signal.SIGTERM)
        assert cluster.wait() == 0
    folders = {path.name.rpartition("-")[0] for path in kept.iterdir()}
    assert folders == {f"perch-{name}" for name in ("postgres", "work-1", "work-2", "serve-1", "serve-2", "nginx")}
    [log] = kept.glob("perch-serve-1-*/log")
    assert "perch_started" in log.read_text()
    assert list(kept.glob("perch-postgres-*/disk/data/PG_VERSION"))


@pytest.fixture
def kept() -> Iterator[Path]:
    """A folder that PostgreSQL's user can reach."""
    with tempfile.TemporaryDirectory(prefix="perch-kept-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


def test_a_program_that_is_missing_is_named_with_its_package() -> None:
    with started_cluster(PROFILE="redis", PATH=NO_PROGRAMS) as cluster:
        assert cluster.wait() == 2
        assert cluster.errors() == f"{own_redis.MISSING}\n"
