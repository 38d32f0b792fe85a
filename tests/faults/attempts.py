"""Requests to several processes, repeated until one of them answers."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing

from tests.faults.crash_writer import GONE
from tests.http.client import Client
from tests.http.wire import Answer, OverSocket

TIMEOUT_SECONDS = 3.0
"""A caller gives up a process that does not answer, for example because it is stopped."""

PAUSE_SECONDS = 0.05
GIVE_UP_SECONDS = 90.0
"""Nothing that happens here lasts for so long."""

UNAVAILABLE = 503

Urls = Callable[[], Sequence[str]]
"""Returns the addresses of the processes that run now."""


class Attempts:
    """A caller who asks any of the processes, and another one when the outcome is unknown.

    It is unknown after a broken connection, a time-out, and a 503: the database may have done it all the same.
    Only one thread may use it.
    """

    def __init__(self, urls: Urls, rng: random.Random) -> None:
        self._urls = urls
        self._rng = rng
        self.unknown = 0
        """The number of requests without a certain answer."""

    def answer(self, user: str, ask: Callable[[Client], Answer]) -> tuple[Answer, bool]:
        """Returns an answer, and whether it is the first try's."""
        deadline = time.monotonic() + GIVE_UP_SECONDS
        tries = 0
        while True:
            tries += 1
            answer = self._try(user, ask)
            if answer is not None:
                return answer, tries == 1
            self.unknown += 1
            assert time.monotonic() < deadline, "no process answers"
            time.sleep(PAUSE_SECONDS)

    def _try(self, user: str, ask: Callable[[Client], Answer]) -> Answer | None:
        url = self._rng.choice(self._urls())
        try:
            with closing(OverSocket(url, TIMEOUT_SECONDS)) as transport:
                answer = ask(Client(transport, user))
        except GONE:
            return None
        if answer.status == UNAVAILABLE:
            assert "Retry-After" in answer.headers
            return None
        return answer


class Stoppable(threading.Thread):
    """Repeats an action, with pauses, until it is stopped; `stop` raises the error that ended it."""

    def __init__(self, act: Callable[[], object], pause_seconds: float) -> None:
        super().__init__(daemon=True)
        self._act = act
        self._pause_seconds = pause_seconds
        self._stopping = threading.Event()
        self._error: BaseException | None = None

    def run(self) -> None:
        try:
            while not self._stopping.wait(self._pause_seconds):
                self._act()
        except BaseException as error:  # noqa: BLE001 - whoever stops it raises it
            self._error = error

    def ask_to_stop(self) -> None:
        self._stopping.set()

    def stop(self) -> None:
        """Waits for the end of the current action."""
        self.ask_to_stop()
        self.join(2 * GIVE_UP_SECONDS)
        assert not self.is_alive()
        if self._error is not None:
            raise self._error
