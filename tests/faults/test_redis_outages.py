"""A load of real data runs while Redis is killed, paused, cut off and restarted from old data: no timeline differs."""

import random
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from infrastructure.postgres.migrating import migrate
from tests.e2e.conftest import RealData, real_data
from tests.e2e.perch_process import REPOSITORY, PerchProcess, WorkProcess, command, environment, run_app
from tests.engines.own_redis import OwnRedis
from tests.engines.proxy import Proxy
from tests.faults.report import record

__all__ = ["real_data"]

LOAD_SECONDS = 3000.0
BETWEEN_SECONDS = (0.1, 1.0)
OUT_SECONDS = (0.1, 2.0)
NONE_DIFFERS = "0 timelines differ"

Wait = Callable[[tuple[float, float]], None]


class Outages:
    """What happens to the server, in a thread, in any order, while the context lasts."""

    def __init__(self, server: OwnRedis, proxy: Proxy) -> None:
        self._server = server
        self._proxy = proxy
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.error: BaseException | None = None
        self.count = 0

    @contextmanager
    def going_on(self) -> Iterator[None]:
        self._thread.start()
        try:
            yield
        finally:
            self._over.set()
            self._thread.join()
        if self.error is not None:
            raise self.error

    def _run(self) -> None:
        try:
            while not self._over.is_set():
                self._wait(BETWEEN_SECONDS)
                random.choice((self._kill, self._restart_with_old_data, self._pause, self._black_hole, self._cut))()
                self.count += 1
        except BaseException as error:  # noqa: BLE001 - the test raises it
            self.error = error

    def _wait(self, seconds: tuple[float, float]) -> None:
        self._over.wait(random.uniform(*seconds))

    def _kill(self) -> None:
        self._server.forget_snapshot()
        self._server.kill()
        self._wait(OUT_SECONDS)
        self._server.start()

    def _restart_with_old_data(self) -> None:
        self._server.save()
        self._wait(BETWEEN_SECONDS)
        self._server.restart()

    def _pause(self) -> None:
        self._server.pause()
        self._wait(OUT_SECONDS)
        self._server.resume()

    def _black_hole(self) -> None:
        self._proxy.black_hole()
        self._wait(OUT_SECONDS)
        self._proxy.forward()

    def _cut(self) -> None:
        self._proxy.cut()


@pytest.fixture
def settings(postgres_database: str, breakable_redis: OwnRedis, redis_proxy: Proxy) -> Mapping[str, str]:
    """Of processes on a new database, with timelines in Redis behind the proxy."""
    timelines = breakable_redis.url_through(redis_proxy.port)
    migrate(postgres_database, "head", timelines)
    return {"DATABASE_URL": postgres_database, "TIMELINES_URL": timelines, "TIMELINE_CAPACITY": "20"}


@pytest.fixture
def serves(settings: Mapping[str, str], tmp_path: Path) -> Iterator[Sequence[PerchProcess]]:
    """Two processes that serve, and one that works."""
    with ExitStack() as stack:
        stack.enter_context(WorkProcess(tmp_path / "work.log", **settings))
        started = [stack.enter_context(PerchProcess(tmp_path / f"serve-{at}.log", **settings)) for at in range(2)]
        yield started
    for log in tmp_path.glob("*.log"):
        assert "Traceback" not in log.read_text()


@pytest.mark.long
@pytest.mark.timeout(0)
def test_no_timeline_differs(
    serves: Sequence[PerchProcess],
    real_data: RealData,
    breakable_redis: OwnRedis,
    redis_proxy: Proxy,
) -> None:
    files = ["--graph", real_data("socfb-Reed98.edges"), "--undirected", "--tweets", real_data("tweets.txt")]
    options = ["--sample", 5, "--prefix", "redis-", *files]
    outages = Outages(breakable_redis, redis_proxy)
    loading = command("load", "--url", serves[0].url, *options)
    with outages.going_on():
        loaded = subprocess.run(
            loading,
            cwd=REPOSITORY,
            env=environment({}),
            capture_output=True,
            text=True,
            timeout=LOAD_SECONDS,
            check=False,
        )
        checked = run_app("load", "--url", serves[1].url, "--check", *options, seconds=LOAD_SECONDS)
    calm = run_app("load", "--url", serves[0].url, "--check", *options, seconds=LOAD_SECONDS)
    for outcome in (loaded, checked, calm):
        said = f"{outcome.stdout}\n{outcome.stderr}\n{serves[0].log()}"
        assert outcome.returncode == 0, said
        assert NONE_DIFFERS in outcome.stdout, said
    record("Redis killed, paused, cut off, restarted with old data", outages=outages.count, differ=0)
    assert outages.count
