"""Perch as a real server with its threads, whose timelines fail and stall when told to."""

import ctypes
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest

from app import container
from app.config import Settings
from app.perch import Perch
from app.testing import serving
from infrastructure.memory.timelines import MemoryTimelines
from infrastructure.memory.users import Users
from tests.fakes.scrapes import samples
from tests.faults.load import Load
from tests.http.client import Client
from tests.http.walking import walk
from tests.http.wire import OverSocket
from tests.integration.effort import AT_ONCE_SECONDS

ADMIN = "the administrator's token"
AUTHORS = ("ann", "ben", "cat")
READERS = ("rae", "ron")
VICTIM = "vic"
"""Follows eve alone, whom the readers do not."""

WAIT_SECONDS = 30.0

Fault = Callable[[int, Sequence[str]], None]
"""Called before each push with the tweet and the followers of the slice; may raise, and may take its time."""


def no_fault(_tweet_id: int, _user_ids: Sequence[str]) -> None:
    pass


class FaultyTimelines(MemoryTimelines):
    """Fails as it is told to, and notes what was pushed. The condition protects these notes."""

    def __init__(self, users: Users, capacity: int, idle_seconds: float, monotonic: Callable[[], float]) -> None:
        super().__init__(users, capacity, idle_seconds, monotonic)
        self.fault: Fault = no_fault
        self._pushed: set[int] = set()
        self._push = threading.Condition()

    def push(self, tweet_id: int, user_ids: Sequence[str]) -> None:
        self.fault(tweet_id, user_ids)
        super().push(tweet_id, user_ids)
        with self._push:
            self._pushed.add(tweet_id)
            self._push.notify_all()

    def await_push(self, tweet_id: int, timeout: float) -> bool:
        """Whether some slice of the tweet was pushed by then."""
        with self._push:
            return self._push.wait_for(lambda: tweet_id in self._pushed, timeout)


class Service:
    """A server with everything in it, for those who break it."""

    def __init__(self, perch: Perch, timelines: FaultyTimelines, url: str) -> None:
        self.perch = perch
        self.timelines = timelines
        self.url = url
        self._transport = OverSocket(url)
        for reader in READERS:
            for author in AUTHORS:
                self.client(reader).follow(author)
        self.client(VICTIM).follow("eve")

    def client(self, user_id: str | None = None) -> Client:
        return Client(self._transport, user_id)

    def load(self) -> Load:
        return Load(self.url, AUTHORS, READERS)

    def publish(self, author: str) -> int:
        return int(self.client(author).publish()["id"])

    def metric(self, name: str) -> float:
        """The value at `/metrics` now."""
        return samples(self.client().get("/metrics").body.decode())[name]

    def read_all(self, user_id: str, author_id: str) -> list[int]:
        """All tweets of this author in the user's timeline."""
        pages = walk(self.client(user_id), "/v1/users/me/timeline?limit=100")
        return [int(tweet["id"]) for page in pages for tweet in page["data"] if tweet["author_id"] == author_id]

    def redrive(self) -> int:
        body = b'{"all": true}'
        headers = ("X-Admin-Token", ADMIN), ("Content-Type", "application/json")
        answer = self.client().send("POST", "/v1/admin/dead-letters/redrive", *headers, body=body)
        assert answer.status == 202, answer.body
        redriven: int = answer.json()["redriven"]
        return redriven

    def settle(self) -> None:
        """Waits until everything is pushed or a dead letter."""
        assert self.perch.worker is not None
        assert self.perch.worker.join(WAIT_SECONDS)

    def seconds_to_push(self, author: str) -> float:
        """How long a new tweet takes; fails when that is not at once."""
        started = time.monotonic()
        assert self.timelines.await_push(self.publish(author), AT_ONCE_SECONDS), "it was not pushed at once"
        return time.monotonic() - started

    def kill_worker(self) -> None:
        """Ends the worker's thread wherever it stands. In the middle of a push that is one more failed attempt."""
        doomed = self.perch.threads[0]._thread
        deadline = time.monotonic() + WAIT_SECONDS
        while doomed.is_alive():
            assert time.monotonic() < deadline, "it does not die"
            ident = ctypes.c_ulong(doomed.ident or 0)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, ctypes.py_object(SystemExit))
            doomed.join(1.0)

    def close(self) -> None:
        self.timelines.fault = no_fault
        self._transport.close()


@contextmanager
def broken_service(monkeypatch: pytest.MonkeyPatch, **settings: int) -> Iterator[Service]:
    """A service that nothing is wrong with yet."""
    made: list[FaultyTimelines] = []

    def make(users: Users, capacity: int, idle_seconds: float, monotonic: Callable[[], float]) -> FaultyTimelines:
        made.append(FaultyTimelines(users, capacity, idle_seconds, monotonic))
        return made[0]

    monkeypatch.setattr(container, "MemoryTimelines", make)
    all_settings = Settings(secret_key="faults", admin_token=ADMIN, **settings)  # type: ignore[arg-type] # noqa: S106
    perch = container.build(all_settings)
    with serving(perch, all_settings) as url:
        service = Service(perch, made[0], url)
        try:
            yield service
        finally:
            service.close()
