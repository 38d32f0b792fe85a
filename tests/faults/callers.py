"""Callers who ask for everything at the same time, and measure how long the answers take."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

from tests.http.client import JSON, Client
from tests.http.wire import Answer, OverSocket

AUTHOR = "ann"
READERS = [f"reader-{number}" for number in range(4)]
TEXT = b'{"text": "hello"}'
TIMELINE = "/v1/users/me/timeline"


@dataclass(frozen=True, slots=True)
class Timed:
    """An answer, and the seconds from the request to its end."""

    asked: str
    status: int
    retry_after: str | None
    seconds: float

    @property
    def is_done(self) -> bool:
        """Whether something was done that may change nothing, such as a read, or the end of a follow that is none."""
        return self.status != 503 and not self.asked.startswith("POST")


Question = tuple[str, str, str]
"""User, method and target."""

READS: list[Question] = [
    *[(reader, "GET", TIMELINE) for reader in READERS],
    (AUTHOR, "GET", f"{TIMELINE}?include_self=true&limit=100"),
    (AUTHOR, "GET", f"/v1/users/{AUTHOR}/tweets"),
    (AUTHOR, "GET", f"/v1/users/{AUTHOR}/followers"),
    (AUTHOR, "GET", f"/v1/users/{AUTHOR}"),
]
WRITES: list[Question] = [
    (AUTHOR, "POST", "/v1/tweets"),
    *[(reader, "POST", "/v1/tweets") for reader in READERS],
    ("bob", "PUT", f"/v1/users/me/following/{AUTHOR}"),
    ("bob", "DELETE", f"/v1/users/me/following/{AUTHOR}"),
    (AUTHOR, "DELETE", "/v1/tweets/1"),
]
ALL = [*READS, *WRITES]


def ask_all(url: str, questions: Sequence[Question] = ALL) -> list[Timed]:
    """Asks all questions at the same moment, each over a connection of its own."""
    together = threading.Barrier(len(questions))

    def one(question: Question) -> Timed:
        with closing(OverSocket(url)) as transport:
            # The connection is there before the clock starts.
            assert Client(transport).get("/livez").status == 200
            together.wait()
            return timed(transport, question)

    with ThreadPoolExecutor(len(questions)) as pool:
        return list(pool.map(one, questions))


def timed(transport: OverSocket, question: Question) -> Timed:
    """Asks over this connection."""
    user, method, target = question
    asked_at = time.monotonic()
    answer = _send(Client(transport, user), method, target)
    seconds = time.monotonic() - asked_at
    return Timed(f"{method} {target}", answer.status, answer.headers.get("Retry-After"), seconds)


def _send(client: Client, method: str, target: str) -> Answer:
    return client.send(method, target, JSON, body=TEXT) if method == "POST" else client.send(method, target)
