"""Threads that repeat their actions until they are stopped or one of them fails."""

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
    """A context manager: until its end, each worker repeats its action over its own connection.

    An error of one worker ends all of them; `run_for`, `run_until` or the end of the context raises it.
    """

    def __init__(self, url: str, acts: list[Act], pace_seconds: float) -> None:
        self._url = url
        self._acts = acts
        self._pace_seconds = pace_seconds
        self._ended = threading.Event()
        self._pool = ThreadPoolExecutor(len(acts))
        self._working: list[Future[None]] = []

    def __enter__(self) -> Self:
        self._working = [self._pool.submit(self._repeat, act) for act in self._acts]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._pool.shutdown()
        self._raise_errors()

    def run_for(self, seconds: float) -> None:
        """Waits while the workers run."""
        if self._ended.wait(seconds):
            self._raise_errors()

    def run_until(self, happened: Callable[[], bool]) -> None:
        """Waits until a condition holds; fails after `END_SECONDS`."""
        deadline = time.monotonic() + END_SECONDS
        while not happened():
            assert time.monotonic() < deadline, "the condition never held"
            self.run_for(self._pace_seconds)

    def _raise_errors(self) -> None:
        for work in self._working:
            work.result(END_SECONDS)

    def _repeat(self, act: Act) -> None:
        transport = OverSocket(self._url)
        try:
            while not self._ended.wait(self._pace_seconds):
                act(transport)
        except BaseException:
            self._ended.set()
            raise
        finally:
            transport.close()
