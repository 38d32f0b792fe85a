"""Clients who write and poll all the while that processes are replaced, and repeat what was not answered."""

import json
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from types import TracebackType
from typing import Any, Self

from cluster.exchange import ANSWER_SECONDS, TIMELINE

WRITERS = 3
POLLERS = 2
PACE_SECONDS = 0.05
REPEAT_SECONDS = 0.1
REPEATS_MAX = 1500
WAIT_SECONDS = 120.0

BUSY = {"503"}
"""Of Perch, or of nginx where no process of Perch takes the request, or one ended with it."""


class Patient:
    """A client that repeats a request until there is an answer, as every client should, and counts why it had to."""

    def __init__(self, port: int, user: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
        self._user = user
        self.repeats: Counter[str] = Counter()

    def ask(self, method: str, path: str, body: object = None, key: str = "") -> tuple[int, Any]:
        """Status and document of the answer."""
        headers = {
            "X-User-Id": self._user,
            "Content-Type": "application/json",
            **({"Idempotency-Key": key} if key else {}),
        }
        for _ in range(REPEATS_MAX):
            try:
                self._connection.request(method, path, None if body is None else json.dumps(body), headers)
                response = self._connection.getresponse()
                status, answer = response.status, response.read()
            except (OSError, HTTPException) as error:
                self._connection.close()
                self._repeat(type(error).__name__)
                continue
            if str(status) not in BUSY:
                return status, json.loads(answer or b"null")
            self._repeat(str(status))
        raise AssertionError(f"no answer to {method} {path}: {self.repeats}")

    def _repeat(self, why: str) -> None:
        self.repeats[why] += 1
        threading.Event().wait(REPEAT_SECONDS)

    def close(self) -> None:
        self._connection.close()


class Traffic:
    """As a context manager: writers publish under idempotency keys, and pollers, who follow them all, poll.

    After its end every tweet is there once, and every poller has got each tweet once, in order.
    """

    def __init__(self, port: int) -> None:
        self._ended = threading.Event()
        self._authors = [f"author{number}" for number in range(WRITERS)]
        self._writers = [Patient(port, author) for author in self._authors]
        self._pollers = [Patient(port, f"poller{number}") for number in range(POLLERS)]
        self._pool = ThreadPoolExecutor(WRITERS + POLLERS)
        self._published: list[Future[list[int]]] = []
        self._polled: list[Future[list[int]]] = []
        self._made: list[int] = []
        """All ids so far: writers append at once, where adding to a number could lose one."""

    @property
    def count(self) -> int:
        """The tweets published so far."""
        return len(self._made)

    def __enter__(self) -> Self:
        for poller in self._pollers:
            for author in self._authors:
                assert poller.ask("PUT", f"/v1/users/me/following/{author}")[0] == 204
        self._published = [self._pool.submit(self._write, writer) for writer in self._writers]
        self._polled = [self._pool.submit(self._poll, poller) for poller in self._pollers]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._pool.shutdown()

    def go_on(self, tweets: int = 20) -> Callable[[], bool]:
        """Returns whether so many more were published since now; raises what ended a client."""
        wanted = self.count + tweets

        def has_gone_on() -> bool:
            for each in (*self._published, *self._polled):
                with suppress(TimeoutError):
                    each.result(0)
            return self.count >= wanted

        return has_gone_on

    def _write(self, writer: Patient) -> list[int]:
        made: list[int] = []
        while not self._ended.wait(PACE_SECONDS):
            body = {"text": f"tweet {len(made)}"}
            status, tweet = writer.ask("POST", "/v1/tweets", body, key=f"key-{len(made)}")
            assert status == 201, tweet
            assert tweet["text"] == body["text"]
            made.append(int(tweet["id"]))
            self._made.append(made[-1])
        return made

    def _poll(self, poller: Patient) -> list[int]:
        seen: list[int] = []
        since_id = "0"
        while True:
            is_last = self._ended.is_set() and all(each.done() for each in self._published)
            status, page = poller.ask("GET", f"{TIMELINE}?since_id={since_id}&limit=100")
            assert status == 200, page
            seen += [int(tweet["id"]) for tweet in page["data"]]
            since_id = page["meta"]["since_id"]
            if is_last and not page["data"]:
                return seen
            self._ended.wait(PACE_SECONDS)

    def check(self) -> Counter[str]:
        """Nothing was lost or doubled; returns how often requests were repeated, by the reason."""
        published = sorted(id_ for each in self._published for id_ in each.result())
        assert len(set(published)) == len(published) == self.count
        for poller, polled in zip(self._pollers, self._polled, strict=True):
            assert sorted(polled.result()) == published
            assert home(poller) == published[::-1]
        repeats = sum((each.repeats for each in (*self._writers, *self._pollers)), Counter())
        for each in (*self._writers, *self._pollers):
            each.close()
        return repeats


def home(client: Patient, cursor: str | None = None) -> list[int]:
    """All ids of the home timeline, page by page, from the cursor on."""
    found = []
    while True:
        status, page = client.ask("GET", f"{TIMELINE}?limit=100" + (f"&cursor={cursor}" if cursor else ""))
        assert status == 200, page
        found += [int(tweet["id"]) for tweet in page["data"]]
        if (cursor := page["meta"]["next_cursor"]) is None:
            return found
