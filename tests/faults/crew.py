"""Workers who act until they are told to stop, or one of them fails."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from tests.http.wire import OverSocket

END_SECONDS = 60.0

Act = Callable[[OverSocket], None]


class Crew:
    """As a context manager: each worker acts again and again over a connection of its own, until the end of it.

    What one of them raises ends them all, and is raised by `hold`, or at the end.
    """

    def __init__(self, url: str, acts: list[Act], pace_seconds: float) -> None:
        self._url = url
        self._acts = acts
        self._pace_seconds = pace_seconds
        self._over = threading.Event()
        self._pool = ThreadPoolExecutor(len(acts))
        self._working: list[Future[None]] = []

    def __enter__(self) -> Self:
        self._working = [self._pool.submit(self._repeat, act) for act in self._acts]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._pool.shutdown()
        self._raise_what_was_raised()

    def hold(self, seconds: float) -> None:
        """Waits while it goes on."""
        if self._over.wait(seconds):
            self._raise_what_was_raised()

    def hold_until(self, happened: Callable[[], bool]) -> None:
        """Waits until something has happened; fails when it never does."""
        deadline = time.monotonic() + END_SECONDS
        while not happened():
            assert time.monotonic() < deadline, "it never happened"
            self.hold(self._pace_seconds)

    def _raise_what_was_raised(self) -> None:
        for work in self._working:
            work.result(END_SECONDS)

    def _repeat(self, act: Act) -> None:
        transport = OverSocket(self._url)
        try:
            while not self._over.wait(self._pace_seconds):
                act(transport)
        except BaseException:
            self._over.set()
            raise
        finally:
            transport.close()
