"""The ways in which PostgreSQL can be out of reach, each with its end."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from typing import LiteralString

import psycopg

from cluster.engines.own_postgres import OwnPostgres
from cluster.engines.proxy import Proxy

SLOW_SECONDS = 0.35
"""Each way: a statement takes less than Perch waits for one, and a read of a timeline more than its caller does."""

VERY_SLOW_SECONDS = 3.0

READ_ONLY = "default_transaction_read_only"

END_SESSIONS: LiteralString = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'perch'
"""

Outage = Callable[[OwnPostgres, Proxy], Iterator[None]]
"""Makes the server unreachable until it yields, and then reachable again."""


def down(server: OwnPostgres, _: Proxy) -> Iterator[None]:
    server.stop()
    yield
    server.start()


def crashed(server: OwnPostgres, _: Proxy) -> Iterator[None]:
    server.kill()
    yield
    server.start()


def read_only(server: OwnPostgres, _: Proxy) -> Iterator[None]:
    """It may have been replaced by another server. The first write finds that out."""
    server.set(READ_ONLY, "on")
    yield
    server.set(READ_ONLY, "off")


def standby(server: OwnPostgres, _: Proxy) -> Iterator[None]:
    """It is a replica now, until it is promoted."""
    server.restart_as_standby()
    yield
    server.promote()


def full(server: OwnPostgres, _: Proxy) -> Iterator[None]:
    """Others have all the connections."""
    with ExitStack() as taken:
        administrator = taken.enter_context(server.connect())
        ended = 1
        while ended:
            with suppress(psycopg.OperationalError):
                while True:
                    taken.enter_context(server.connect())
            [ended] = administrator.execute(END_SESSIONS).fetchone() or [0]
        yield


def paused(server: OwnPostgres, _: Proxy) -> Iterator[None]:
    server.pause()
    yield
    server.resume()


def black_hole(_: OwnPostgres, proxy: Proxy) -> Iterator[None]:
    """Connections can be opened, and nothing is answered."""
    proxy.black_hole()
    yield
    proxy.forward()


def unreachable(_: OwnPostgres, proxy: Proxy) -> Iterator[None]:
    """No packet comes through, not even to open a connection; what was sent meanwhile is lost."""
    proxy.black_hole()
    proxy.ignore()
    yield
    proxy.cut()
    proxy.forward()


def slow(_: OwnPostgres, proxy: Proxy) -> Iterator[None]:
    proxy.delay(SLOW_SECONDS)
    yield
    proxy.forward()


def very_slow(_: OwnPostgres, proxy: Proxy) -> Iterator[None]:
    proxy.delay(VERY_SLOW_SECONDS)
    yield
    proxy.forward()


OUTAGES: list[Outage] = [down, crashed, read_only, standby, full, paused, black_hole, unreachable, very_slow]
"""Nothing is done during these."""


def during(outage: Outage, server: OwnPostgres, proxy: Proxy) -> AbstractContextManager[None]:
    """A context in which the server is out of reach."""
    return contextmanager(outage)(server, proxy)
