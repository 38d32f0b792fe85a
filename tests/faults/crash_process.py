"""A Perch that is killed, and can be told at which step of a commit it kills itself."""

import os
import random
import selectors
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from app.compose import Adapters, build
from app.process import prepare_process
from app.settings import Settings
from cluster.perch_process import START_SECONDS, ServerProcess, command
from domain.delivery import RetryPolicy
from infrastructure.clock import SystemClock
from infrastructure.memory.stores import MemoryOptions
from infrastructure.memory.write_allowance import Unlimited
from infrastructure.server.waitress_server import WaitressServer
from infrastructure.sqlite.journal import Steps
from infrastructure.sqlite.stores import open_sqlite
from tests.http.client import Client
from tests.http.wire import OverSocket

LISTENS = "Perch listens on "
END_SECONDS = 30.0
ANSWERED_SECONDS = 0.02
"""Between a failpoint and the end: what was answered too early is with the clients by then."""


class Failpoint(NamedTuple):
    """The process kills itself when it comes by this step of a commit for the `passage`th time since it was armed."""

    step: str
    passage: int


class CrashProcess(ServerProcess):
    """Perch on a file, until it is killed; the end of a context kills it where nothing else did."""

    def __init__(self, database: Path, failpoint: Failpoint | None = None, **settings: str) -> None:
        """Raises `AssertionError` when it does not listen within `START_SECONDS`."""
        ended_by = [sys.executable, "-m", __name__, *map(str, failpoint)] if failpoint else command("serve")
        all_settings = {"DATABASE_URL": f"sqlite:///{database}", "THREADS": "8", **settings}
        super().__init__(database.with_name("perch.log"), ended_by, all_settings)
        with selectors.DefaultSelector() as selector:
            selector.register(self._stdout, selectors.EVENT_READ)
            line = self._stdout.readline() if selector.select(START_SECONDS) else ""
        if not line.startswith(LISTENS):
            self._close()
            raise AssertionError(f"Perch started with {line!r}.\n{self.log()}")
        self.port = int(line.rpartition(":")[2])

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    @contextmanager
    def client(self, user: str) -> Iterator[Client]:
        """One with a connection of its own."""
        with closing(OverSocket(self.url)) as transport:
            yield Client(transport, user)

    def arm(self) -> None:
        """Has the failpoint count from now on."""
        self.process.send_signal(signal.SIGUSR1)

    def kill(self) -> None:
        self.process.kill()
        self.await_end()

    def await_end(self) -> None:
        """Waits until it has killed itself."""
        assert self.process.wait(END_SECONDS) == -signal.SIGKILL, self.log()
        assert self.log() == "", self.log()
        self._close()


def kill_while_it_starts(database: Path, seconds: float) -> None:
    """Kills it so long after its start, which is before it listens or not long after."""
    started = ServerProcess(
        database.with_name("start.log"), command("serve"), {"DATABASE_URL": f"sqlite:///{database}"}
    )
    with started:
        time.sleep(seconds)  # nothing outside tells what it does before it listens
        started.process.kill()
        started.process.wait(END_SECONDS)


def main() -> None:
    """Serves until the failpoint of the command line."""
    step, passage = sys.argv[1:]
    settings = Settings.from_environment(os.environ)
    prepare_process(settings)
    server = WaitressServer(build(settings, _adapters(settings, _failing(step, int(passage)))), settings.server)
    print(LISTENS + server.url, flush=True)
    server.run()


def _failing(step: str, passage: int) -> Steps:
    left = 0

    def arm(*_: object) -> None:
        nonlocal left
        left = passage

    def at(name: str) -> None:
        nonlocal left
        if left and name == step:
            left -= 1
            if not left:
                time.sleep(ANSWERED_SECONDS)
                os.kill(os.getpid(), signal.SIGKILL)

    signal.signal(signal.SIGUSR1, arm)

    return at


def _adapters(settings: Settings, at: Steps) -> Adapters:
    clock, path = SystemClock(), settings.store.database_path
    assert path is not None
    stores = open_sqlite(path, MemoryOptions(RetryPolicy(5, random.random)), clock, at)
    rest = stores.memory
    return Adapters(
        clock,
        stores.tweets,
        rest.outbox,
        stores.graph,
        rest.timelines,
        rest.events,
        rest.events,
        rest.announcements,
        Unlimited(),
        settings.api.secret_key,
    )


if __name__ == "__main__":
    main()
