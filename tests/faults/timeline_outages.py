"""A load runs while the engine of timelines is killed, paused and cut off: no timeline may differ from the oracle's."""

import random
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import cycle
from pathlib import Path
from typing import Protocol

import psycopg
import pytest

from cluster.engines.proxy import Proxy
from cluster.perch_process import PerchProcess, WorkProcess, run_app
from tests.e2e.conftest import RealData, real_data
from tests.engines.test_work import LETTERS, administrator
from tests.engines.until import until
from tests.faults.report import record
from tests.integration.effort import LONG

__all__ = ["real_data"]

USERS = 40
FOLLOWS_EACH = 6
TWEETS = 400
LOAD_SECONDS = 3000.0 if LONG else 200.0
BETWEEN_SECONDS = (0.1, 0.5)
OUT_SECONDS = (0.1, 2.0)
PUSHED_SECONDS = 120.0
NONE_DIFFERS = "0 timelines differ"


class Server(Protocol):
    """A server that a test may break."""

    def kill(self) -> None: ...

    def start(self) -> None: ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...


class Outages:
    """What happens to the server, in a thread, in any order, while the context lasts; each kind at least once."""

    def __init__(self, server: Server, proxy: Proxy) -> None:
        self._server = server
        self._proxy = proxy
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.kinds = [self.kill, self.pause, self.black_hole, self.cut]
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
            random.shuffle(self.kinds)
            for outage in cycle(self.kinds):
                if self._over.is_set() and self.count >= len(self.kinds):
                    break
                self.wait(BETWEEN_SECONDS)
                outage()
                self.count += 1
        except BaseException as error:  # noqa: BLE001 - the test raises it
            self.error = error

    def wait(self, seconds: tuple[float, float]) -> None:
        self._over.wait(random.uniform(*seconds))

    def kill(self) -> None:
        self._server.kill()
        self.wait(OUT_SECONDS)
        self._server.start()

    def pause(self) -> None:
        self._server.pause()
        self.wait(OUT_SECONDS)
        self._server.resume()

    def black_hole(self) -> None:
        self._proxy.black_hole()
        self.wait(OUT_SECONDS)
        self._proxy.forward()

    def cut(self) -> None:
        self._proxy.cut()


@pytest.fixture
def serves(settings: Mapping[str, str], tmp_path: Path) -> Iterator[Sequence[PerchProcess]]:
    """Two processes that serve, and one that works."""
    with ExitStack() as stack:
        stack.enter_context(WorkProcess(tmp_path / "work.log", **settings))
        yield [stack.enter_context(PerchProcess(tmp_path / f"serve-{at}.log", **settings)) for at in range(2)]
    for log in tmp_path.glob("*.log"):
        assert "Traceback" not in log.read_text()


@pytest.fixture
def files(tmp_path: Path, request: pytest.FixtureRequest) -> list[object]:
    """The graph and the tweets of the load: real ones in the long form, a few in the short form."""
    if LONG:
        data: RealData = request.getfixturevalue("real_data")
        return ["--graph", data("socfb-Reed98.edges"), "--undirected", "--tweets", data("tweets.txt")]
    graph, tweets = tmp_path / "graph.edges", tmp_path / "tweets.txt"
    edges = [(user, other) for user in range(USERS) for other in random.sample(range(USERS), FOLLOWS_EACH)]
    graph.write_text("".join(f"{user} {other}\n" for user, other in edges if user != other))
    tweets.write_text("".join(f"tweet {number}\n" for number in range(TWEETS)))
    return ["--graph", graph, "--tweets", tweets]


class Load:
    """A load by the first process, which both compare with the oracle."""

    def __init__(self, serves: Sequence[PerchProcess], prefix: str, files: Sequence[object]) -> None:
        self._serves = serves
        self._options = ["--sample", 5, "--prefix", prefix, *files]

    def differs_never(self, what: str, outages: Outages, outages_min: int = 1) -> None:
        """Loads and compares during at least so many outages, and compares again when they are over."""
        here, there = self._serves
        with outages.going_on():
            outcomes = [self._run(here), self._run(there, "--check")]
            while outages.count < outages_min and outages.error is None:
                outcomes.append(self._run(here, "--check"))
        for outcome in (*outcomes, self._run(here, "--check")):
            none_differs(outcome, here)
        record(what, outages=outages.count, differ=0)

    def is_pushed_whole(self, database: str) -> None:
        """Redrives until nothing is given up; all tweets come into all timelines then, and none differs.

        The worker gives tweets up until it has noticed that the engine is back, so that once may be too early.
        """
        here, there = self._serves
        with administrator(here) as admin:

            def all_pushed() -> bool:
                admin("POST", f"{LETTERS}/redrive", {"all": True})
                return unpushed(database) == 0

            until(all_pushed, PUSHED_SECONDS)
        none_differs(self._run(there, "--check"), there)

    def _run(self, serve: PerchProcess, *check: str) -> "subprocess.CompletedProcess[str]":
        return run_app("load", "--url", serve.url, *check, *self._options, seconds=LOAD_SECONDS)


def none_differs(outcome: "subprocess.CompletedProcess[str]", serve: PerchProcess) -> None:
    """Fails with all that was said unless the load found all timelines as they must be."""
    said = f"{outcome.stdout}\n{outcome.stderr}\n{serve.log()}"
    assert outcome.returncode == 0, said
    assert NONE_DIFFERS in outcome.stdout, said


def unpushed(database: str) -> int:
    """Returns how many tweets are not in all timelines yet."""
    with psycopg.connect(database) as connection:
        [number] = connection.execute("SELECT count(*) FROM unpushed").fetchone() or [0]
    return int(number)
