"""Writers and a reader who go on whatever is answered, while something is wrong with the disk."""

import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from cluster.perch_process import PerchProcess
from tests.faults.crash_writer import stored
from tests.http.client import JSON, Client
from tests.http.wire import OverSocket

WRITERS = ("ann", "ben", "cat", "dan")
READER = "rae"
TIMELINE = "/v1/users/me/timeline?limit=100"
MORE = 20
"""Writes that are waited for, to see that it goes on."""

WAIT_SECONDS = 30.0


@dataclass
class Load:
    """Writers and a reader who go on whatever is answered, and what was answered. The lock protects the notes."""

    perch: PerchProcess
    answered: dict[int, str] = field(default_factory=dict)
    refused: int = 0
    reads: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _over: threading.Event = field(default_factory=threading.Event)

    def run(self, meanwhile: Callable[[], None]) -> None:
        with ThreadPoolExecutor(len(WRITERS) + 1) as pool:
            working = [pool.submit(self._write, user) for user in WRITERS] + [pool.submit(self._read)]
            try:
                meanwhile()
            finally:
                self._over.set()
            for each in working:
                each.result(WAIT_SECONDS)

    def await_more(self, what: str) -> float:
        """Waits until some more are answered, refused or read; how long that took."""
        started, seen = time.monotonic(), getattr(self, what)
        before = seen if isinstance(seen, int) else len(seen)
        with self._changed:
            came = self._changed.wait_for(lambda: self._count(what) >= before + MORE, WAIT_SECONDS)
        assert came, f"no more {what}"
        return time.monotonic() - started

    def _count(self, what: str) -> int:
        return len(self.answered) if what == "answered" else int(getattr(self, what))

    def _write(self, user: str) -> None:
        """Writes and deletes nothing, so that all that is answered must be there in the end."""
        transport = OverSocket(self.perch.url)
        client = Client(transport, user)
        for number in itertools.count():
            if self._over.is_set():
                transport.close()
                return
            text = f"{user} {number} {'x' * 200}"
            key = "Idempotency-Key", f'"{number}"'
            answer = client.send("POST", "/v1/tweets", JSON, key, body=b'{"text": "%b"}' % text.encode())
            assert answer.status == 201 or (answer.status == 503 and answer.headers["Retry-After"]), answer
            with self._changed:
                if answer.status == 201:
                    self.answered[int(answer.json()["id"])] = text
                else:
                    self.refused += 1
                self._changed.notify_all()

    def _read(self) -> None:
        transport = OverSocket(self.perch.url)
        client = Client(transport, READER)
        while not self._over.wait(0.001):
            assert client.get(TIMELINE).status == 200
            with self._changed:
                self.reads += 1
                self._changed.notify_all()
        transport.close()


def await_readiness(perch: PerchProcess, status: int) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while perch.call("GET", "/readyz")[0] != status:
        assert time.monotonic() < deadline, f"/readyz never answers {status}"


def follow_all(perch: PerchProcess) -> None:
    for user in WRITERS:
        assert perch.call("PUT", f"/v1/users/me/following/{user}", READER)[0] == 204


def check_all_are_there(perch: PerchProcess, load: Load) -> None:
    """What was answered is there once, and every other tweet is one whose answer said 503."""
    transport = OverSocket(perch.url)
    try:
        found = stored(Client(transport, READER), TIMELINE)
    finally:
        transport.close()
    assert load.answered.items() <= found.items()
    assert found.keys() - load.answered.keys() == set(), "written though it was refused"
