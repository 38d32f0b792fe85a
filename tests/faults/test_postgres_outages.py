"""While PostgreSQL is out of reach every request gets 503 in time; when it is back, service goes on by itself."""

import random
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import pytest

from cluster.engines.own_postgres import OwnPostgres
from cluster.engines.postgres import PostgresServer
from cluster.engines.proxy import Proxy
from cluster.listener import Listener, ListenerThread
from cluster.perch_process import PerchProcess, WorkProcess
from infrastructure.postgres.migrating import migrate
from tests.engines.until import until
from tests.faults.callers import ALL, AUTHOR, READERS, TIMELINE, Timed, ask_all, timed
from tests.faults.outages import OUTAGES, black_hole, during, read_only, slow
from tests.faults.report import record
from tests.http.client import Client
from tests.http.wire import OverSocket
from tests.integration.effort import LONG

ROUNDS = 10 if LONG else 1
ANSWER_SECONDS = 2.0 if LONG else 6.0
BACK_SECONDS = 2.0 if LONG else 20.0
OPEN_SECONDS = 0.01 if LONG else 0.2
"""What a request costs while the circuit is open."""

CALLS_WHILE_OPEN = 50
CONNECTIONS = 8


class Pair:
    """A `serve` and a `work` on one database."""

    def __init__(self, serve: PerchProcess, work: WorkProcess, server: PostgresServer, database: str) -> None:
        self.serve = serve
        self.work = work
        self._server = server
        self._database = database

    def health(self) -> list[int]:
        """The answers of both processes to both health checks."""
        return [each.call("GET", path)[0] for each in (self.serve, self.work) for path in ("/livez", "/readyz")]

    def waiting(self) -> int:
        """The tweets that are not pushed yet, and were not given up."""
        statement = "SELECT count(*) FROM unpushed WHERE due_at_ms IS NOT NULL"
        [(count,)] = self._server.execute(statement, database=self._database)
        return int(count)

    def sessions(self) -> int:
        statement = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'perch' AND datname = %s"
        [(count,)] = self._server.execute(statement, self._database)
        return int(count)

    def threads(self) -> list[int]:
        """The number of threads of each process."""
        return self._held("task")

    def open_files(self) -> list[int]:
        """The number of open files of each process, connections included."""
        return self._held("fd")

    def _held(self, kind: str) -> list[int]:
        processes = (self.serve.process, self.work.process)
        return [len(list(Path("/proc", str(process.pid), kind).iterdir())) for process in processes]


@pytest.fixture
def pair(
    breakable_postgres: OwnPostgres, postgres_database: str, postgres_proxy: Proxy, tmp_path: Path
) -> Iterator[Pair]:
    name = postgres_database.rpartition("/")[2]
    migrate(postgres_database, "head", "postgresql")
    url = breakable_postgres.url(name, port=postgres_proxy.port)
    with ExitStack() as stack:
        serve = stack.enter_context(PerchProcess(tmp_path / "serve.log", DATABASE_URL=url))
        work = stack.enter_context(WorkProcess(tmp_path / "work.log", DATABASE_URL=url))
        yield Pair(serve, work, breakable_postgres, name)
    for log in (serve.log(), work.log()):
        assert "Traceback" not in log


@pytest.mark.timeout(0 if LONG else 300)
def test_every_request_is_answered_in_time_and_service_goes_on_by_itself(
    pair: Pair, breakable_postgres: OwnPostgres, postgres_proxy: Proxy
) -> None:
    """The same two processes, and one stream, live through everything, and stop during the last outage."""
    with closing(OverSocket(pair.serve.url)) as transport:
        stream = begin(pair, transport)
        threads, open_files = pair.threads(), pair.open_files()
        figures = {outage: Figures() for outage in OUTAGES}
        for _ in range(ROUNDS):
            for outage in random.sample(OUTAGES, len(OUTAGES)):
                with during(outage, breakable_postgres, postgres_proxy):
                    figures[outage].suffer(pair, transport)
                figures[outage].recover(pair, transport)
                publish(transport)
                published = 1 + sum(len(each.back) for each in figures.values())
                assert stream.wait_for(published, BACK_SECONDS), f"the stream did not go on after {outage.__name__}"
        until(lambda: pair.sessions() <= 2 * CONNECTIONS)
        until(lambda: not_above(pair.threads(), threads, 2))
        # A pool that had one connection before may have all of them now.
        until(lambda: not_above(pair.open_files(), open_files, CONNECTIONS))
        stream.listener.cut()
        with during(black_hole, breakable_postgres, postgres_proxy):
            pair.work.stop()
            pair.serve.stop()
    for outage, each in figures.items():
        each.report(outage.__name__)
    for outage, each in figures.items():
        each.check(reads_go_on=outage is read_only)


@dataclass
class Figures:
    """What was measured during one kind of outage."""

    answers: list[Timed] = field(default_factory=list)
    while_open: list[float] = field(default_factory=list)
    back: list[float] = field(default_factory=list)

    def suffer(self, pair: Pair, transport: OverSocket) -> None:
        self.answers += ask_all(pair.serve.url)
        until(lambda: pair.health() == [200, 503, 200, 503])
        self.while_open += [timed(transport, ALL[at % len(ALL)]).seconds for at in range(CALLS_WHILE_OPEN)]

    def recover(self, pair: Pair, transport: OverSocket) -> None:
        self.back.append(until(lambda: serves(transport)))
        until(lambda: pair.health() == [200, 200, 200, 200])
        until(lambda: not pair.waiting())

    def report(self, name: str) -> None:
        record(
            f"PostgreSQL {name}",
            answers=len(self.answers),
            slowest_seconds=self._slowest,
            median_ms_while_open=median(self.while_open) * 1000,
            back_after_seconds_median=median(self.back),
            back_after_seconds_max=max(self.back),
        )

    def check(self, *, reads_go_on: bool) -> None:
        refused = [each for each in self.answers if not (reads_go_on and each.is_done)]
        assert {(each.status, each.retry_after) for each in refused} == {(503, "1")}, self.answers
        assert self._slowest < ANSWER_SECONDS, self.answers
        assert median(self.while_open) < OPEN_SECONDS
        assert max(self.back) < BACK_SECONDS

    @property
    def _slowest(self) -> float:
        return max(each.seconds for each in self.answers)


def test_a_slow_server_keeps_nobody_waiting(pair: Pair, postgres_proxy: Proxy, breakable_postgres: OwnPostgres) -> None:
    answers = []
    with closing(OverSocket(pair.serve.url)) as transport:
        begin(pair, transport).listener.cut()
        with during(slow, breakable_postgres, postgres_proxy):
            for _ in range(3):
                answers += ask_all(pair.serve.url)
        until(lambda: serves(transport))
    slowest = max(answer.seconds for answer in answers)
    refused = sum(answer.status == 503 for answer in answers)
    record("PostgreSQL slow", answers=len(answers), refused=refused, slowest_seconds=slowest)
    assert {answer.status for answer in answers} <= {200, 201, 204, 404, 503}
    assert refused
    assert slowest < ANSWER_SECONDS, answers


def begin(pair: Pair, transport: OverSocket) -> ListenerThread:
    """Readers follow the author, who publishes, and all connections that are needed are open; one reader streams."""
    for reader in READERS:
        Client(transport, reader).follow(AUTHOR)
    stream = ListenerThread(Listener(pair.serve.port, READERS[0]))
    stream.start()
    publish(transport)
    assert stream.wait_for(1, BACK_SECONDS)
    for _ in range(3):
        ask_all(pair.serve.url)
    return stream


def not_above(now: Sequence[int], before: Sequence[int], more: int) -> bool:
    return all(one <= other + more for one, other in zip(now, before, strict=True))


def publish(transport: OverSocket) -> None:
    Client(transport, AUTHOR).publish("news")


def serves(transport: OverSocket) -> bool:
    """Whether a read and a write are answered."""
    return timed(transport, (READERS[0], "GET", TIMELINE)).status == 200 and timed(transport, ALL[-3]).status == 204
