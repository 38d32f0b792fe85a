"""Somebody who publishes and deletes and some who read, over sockets; every read is compared with what was there."""

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPException
from types import TracebackType

from tests.faults.crew import Act, Crew
from tests.faults.exactness import Differences
from tests.http.client import Client
from tests.http.walking import walk
from tests.http.wire import OverSocket

PACE_SECONDS = 0.01
KEPT_MAX = 150
"""More tweets than this, and one is deleted for each that is published."""


@dataclass(slots=True)
class Ledger:
    """What there is, for sure. Only the publisher writes it.

    A tweet is in `live`, with its author, from after its 201 until before its deletion is sent, and in `gone` once that
    was answered.
    """

    live: dict[int, str] = field(default_factory=dict)
    gone: dict[int, int] = field(default_factory=dict)


class Load(Crew):
    """After it, `figures` says what it did. The lock protects the figures."""

    def __init__(self, url: str, authors: Sequence[str], readers: Sequence[str]) -> None:
        acts: list[Act] = [self._publish, *(partial(self._read, reader) for reader in readers)]
        super().__init__(url, [partial(self._timed, act) for act in acts], PACE_SECONDS)
        self.differences = Differences()
        self.published = 0
        self.began = self.ended = time.monotonic()
        self.cut = 0
        self.slowest = 0.0
        self._authors = authors
        self._ledger = Ledger()
        self._lock = threading.Lock()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        self.ended = time.monotonic()

    def figures(self) -> dict[str, object]:
        return {
            "seconds": self.ended - self.began,
            "published": self.published,
            "reads": self.differences.reads,
            "requests cut": self.cut,
            "slowest ms": round(self.slowest * 1000),
            "missing": self.differences.missing,
            "doubled": self.differences.doubled,
            "ghosts": self.differences.ghosts,
        }

    def check(self) -> None:
        """No read differed, and no request was cut."""
        assert self.differences.reads
        assert self.published
        assert not self.differences.any, self.differences
        assert not self.cut

    def _timed(self, work: Act, transport: OverSocket) -> None:
        started = time.monotonic()
        cut = False
        try:
            work(transport)
        except (OSError, HTTPException):
            cut = True
        with self._lock:
            self.cut += cut
            self.slowest = max(self.slowest, time.monotonic() - started)

    def _publish(self, transport: OverSocket) -> None:
        author = random.choice(self._authors)
        self._ledger.live[int(Client(transport, author).publish()["id"])] = author
        self.published += 1
        if len(self._ledger.live) > KEPT_MAX:
            self._delete(transport)

    def _delete(self, transport: OverSocket) -> None:
        tweet = random.choice(list(self._ledger.live))
        author = self._ledger.live.pop(tweet)
        assert Client(transport, author).delete(f"/v1/tweets/{tweet}").status == 204
        self._ledger.gone[tweet] = len(self._ledger.gone)

    def _read(self, reader: str, transport: OverSocket) -> None:
        there, gone_before = list(self._ledger.live), len(self._ledger.gone)
        pages = walk(Client(transport, reader), "/v1/users/me/timeline?limit=100")
        given = [int(tweet["id"]) for page in pages for tweet in page["data"]]
        live, gone = self._ledger.live, self._ledger.gone
        missing = {tweet for tweet in there if tweet in live} - set(given)
        ghosts = [tweet for tweet in given if gone.get(tweet, gone_before) < gone_before]
        doubled = len(given) - len(set(given))
        with self._lock:
            self.differences.add(Differences(1, len(missing), doubled, len(ghosts)))
