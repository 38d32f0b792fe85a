"""Threads that help a caller who has several requests to send at once."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from queue import SimpleQueue

from infrastructure.background import BackgroundThread

Work = Callable[[], object]


class Senders:
    """Threads that are shared by all callers. While they are busy, a caller does everything itself."""

    def __init__(self, name: str, count: int) -> None:
        """Starts so many threads, whose names begin with `name`."""
        self._errands: SimpleQueue[_Errand | None] = SimpleQueue()
        self.threads = [
            BackgroundThread(f"{name}-{number}", self._help, gives_way=False) for number in range(1, count + 1)
        ]
        for thread in self.threads:
            thread.start()

    def do_all(self, works: Sequence[Work]) -> None:
        """Does all works, several at once, also in this thread. Raises the first error, once nothing runs any more.

        What was not begun before an error is not done.
        """
        errand = _Errand(works)
        for _ in range(min(len(self.threads), len(works) - 1)):
            self._errands.put(errand)
        errand.help()
        errand.wait()

    def _help(self) -> None:
        errand = self._errands.get()
        if errand is not None:
            errand.help()

    def close(self, timeout: float) -> None:
        """Stops the threads, and waits for each at most so many seconds."""
        for thread in self.threads:
            thread.ask_to_stop()
        for _ in self.threads:
            self._errands.put(None)
        for thread in self.threads:
            thread.stop(timeout)


class _Errand:
    """The works of one call. The condition protects what is left, the number of those that run, and the error."""

    def __init__(self, works: Sequence[Work]) -> None:
        self._left = deque(works)
        self._running = 0
        self._error: BaseException | None = None
        self._changed = threading.Condition()

    def help(self) -> None:
        """Does works until none is left to begin."""
        while work := self._next():
            error: BaseException | None = None
            try:
                work()
            except BaseException as caught:  # noqa: BLE001 - `wait` raises it in the thread of the caller
                error = caught
            self._ended(error)

    def wait(self) -> None:
        """Returns when no work runs; raises the first error."""
        with self._changed:
            self._changed.wait_for(lambda: not self._running)
            if self._error is not None:
                raise self._error

    def _next(self) -> Work | None:
        with self._changed:
            if not self._left or self._error is not None:
                return None
            self._running += 1
            return self._left.popleft()

    def _ended(self, error: BaseException | None) -> None:
        with self._changed:
            self._running -= 1
            self._error = self._error or error
            self._changed.notify_all()
