"""A load runs while DynamoDB is killed, paused and cut off: no timeline differs, and in the end all is pushed."""

import random
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import cycle
from pathlib import Path

import psycopg
import pytest

from infrastructure.postgres.migrating import migrate
from tests.e2e.conftest import RealData, real_data
from tests.e2e.perch_process import PerchProcess, WorkProcess, run_app
from tests.engines.own_dynalite import OwnDynalite
from tests.engines.proxy import Proxy
from tests.engines.test_work import ADMIN, LETTERS, administrator
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


class Outages:
    """What happens to the server, in a thread, in any order, while the context lasts."""

    def __init__(self, server: OwnDynalite, proxy: Proxy) -> None:
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
            kinds = [self._kill, self._pause, self._black_hole, self._cut]
            random.shuffle(kinds)
            for outage in cycle(kinds):
                if self._over.is_set() and self.count >= len(kinds):
                    break
                self._wait(BETWEEN_SECONDS)
                outage()
                self.count += 1
        except BaseException as error:  # noqa: BLE001 - the test raises it
            self.error = error

    def _wait(self, seconds: tuple[float, float]) -> None:
        self._over.wait(random.uniform(*seconds))

    def _kill(self) -> None:
        self._server.kill()
        self._wait(OUT_SECONDS)
        self._server.start()

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
def settings(postgres_database: str, dynamodb: OwnDynalite, dynamodb_proxy: Proxy) -> Mapping[str, str]:
    """Of processes on a new database, with timelines in DynamoDB behind the proxy."""
    found = dynamodb.settings(dynamodb_proxy.port)
    migrate(postgres_database, "head", found["TIMELINES_URL"])
    return {"DATABASE_URL": postgres_database, "ADMIN_TOKEN": ADMIN[1], **found}


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


def unpushed(database: str) -> int:
    """Returns how many tweets are not in all timelines yet."""
    with psycopg.connect(database) as connection:
        [number] = connection.execute("SELECT count(*) FROM unpushed").fetchone() or [0]
    return int(number)


@pytest.mark.timeout(0 if LONG else 300)
def test_no_timeline_differs(
    serves: Sequence[PerchProcess],
    files: list[object],
    settings: Mapping[str, str],
    dynamodb: OwnDynalite,
    dynamodb_proxy: Proxy,
) -> None:
    options = ["--sample", 5, "--prefix", "dynamodb-", *files]
    outages = Outages(dynamodb, dynamodb_proxy)
    with outages.going_on():
        loaded = run_app("load", "--url", serves[0].url, *options, seconds=LOAD_SECONDS)
        checked = run_app("load", "--url", serves[1].url, "--check", *options, seconds=LOAD_SECONDS)
    calm = run_app("load", "--url", serves[0].url, "--check", *options, seconds=LOAD_SECONDS)
    for outcome in (loaded, checked, calm):
        said = f"{outcome.stdout}\n{outcome.stderr}\n{serves[0].log()}"
        assert outcome.returncode == 0, said
        assert NONE_DIFFERS in outcome.stdout, said
    record("DynamoDB killed, paused and cut off", outages=outages.count, differ=0)
    assert outages.count
    with administrator(serves[0]) as admin:
        admin("POST", f"{LETTERS}/redrive", {"all": True})
    until(lambda: unpushed(settings["DATABASE_URL"]) == 0, PUSHED_SECONDS)
    pushed = run_app("load", "--url", serves[1].url, "--check", *options, seconds=LOAD_SECONDS)
    assert NONE_DIFFERS in pushed.stdout, pushed.stdout
