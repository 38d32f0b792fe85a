"""Perch as a real server with its threads, whose timelines fail and stall on demand."""

import ctypes
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import cast

from app.compose import Adapters, Perch
from app.compose.ports import Timelines
from cluster.scrapes import samples
from infrastructure.background import BackgroundThread
from infrastructure.delivery.worker import FanOutWorker
from tests.built import built, settings_of
from tests.faults.load import Load
from tests.http.client import Client
from tests.http.walking import walk
from tests.http.wire import OverSocket
from tests.integration.effort import AT_ONCE_SECONDS
from tests.integration.watched import FaultyTimelines
from tests.serving import serving

ADMIN = "the administrator's token"
AUTHORS = ("ann", "ben", "cat")
READERS = ("rae", "ron")
VICTIM = "vic"
"""Follows only eve, whom the readers do not follow."""

WAIT_SECONDS = 30.0
RETRY_SECONDS = 0.001
PERCH = tuple(f"{Path(__file__).parents[2] / part}{os.sep}" for part in ("app", "infrastructure", "usecases", "domain"))
WAIT = threading.Condition.wait.__code__


def kill(thread: BackgroundThread) -> None:
    """Ends the thread at whatever line of Perch it runs, or where it waits."""
    doomed = thread._thread
    deadline = time.monotonic() + WAIT_SECONDS
    while doomed.is_alive():
        assert time.monotonic() < deadline, "the thread does not end"
        doomed.join(1.0 if raise_in(doomed) else RETRY_SECONDS)


def raise_in(thread: threading.Thread) -> bool:
    """Raises `SystemExit` at the current line of the thread, or at its next one if it waits.

    Returns False, and does nothing, at other lines of a library: the lock of a queue or of a log could stay locked.
    """
    frame = sys._current_frames().get(thread.ident or 0)
    if frame is None or not (frame.f_code.co_filename.startswith(PERCH) or frame.f_code is WAIT):
        return False
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(SystemExit))
    return True


class Service:
    """A running server, with access to its worker and its faulty timelines."""

    def __init__(self, perch: Perch, timelines: FaultyTimelines, url: str) -> None:
        assert perch.work.worker is not None
        self.perch = perch
        self.worker: FanOutWorker = perch.work.worker
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
        """Returns the current value at `/metrics`."""
        return samples(self.client().get("/metrics").body.decode())[name]

    def read_all(self, user_id: str, author_id: str) -> list[int]:
        """Returns all tweets of this author in the user's timeline."""
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
        """Waits until every tweet is pushed or a dead letter."""
        assert self.worker.join(WAIT_SECONDS)

    def seconds_to_push(self, author: str) -> float:
        """Publishes a tweet and returns the seconds until its push; fails after `AT_ONCE_SECONDS`."""
        started = time.monotonic()
        assert self.timelines.await_push(self.publish(author), AT_ONCE_SECONDS), "the tweet was not pushed at once"
        return time.monotonic() - started

    def close(self) -> None:
        self.timelines.stop_failing()
        self._transport.close()


@contextmanager
def faulty_service(environment: dict[str, str] | None = None) -> Iterator[Service]:
    """Runs a service whose timelines can be made to fail; they work at first."""
    made: list[FaultyTimelines] = []

    def with_faults(adapters: Adapters) -> Adapters:
        made.append(FaultyTimelines(adapters.timelines))
        return replace(adapters, timelines=cast("Timelines", made[0]))

    environment = {"ADMIN_TOKEN": ADMIN, **(environment or {})}
    perch = built(environment, change=with_faults, run_worker=True)
    with serving(perch, settings_of(environment)) as url:
        service = Service(perch, made[0], url)
        try:
            yield service
        finally:
            service.close()
