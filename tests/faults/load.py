"""One publisher and several readers over sockets; every read is compared with the ledger."""

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
"""Above this number of tweets, each publish also deletes one."""


@dataclass(slots=True)
class Ledger:
    """The tweets that certainly exist or certainly do not. Only the publisher writes it.

    A tweet is in `live`, with its author, from its 201 until just before its deletion is sent, and in `gone` after the
    answer to the deletion, with a number in the order of deletions.
    """

    live: dict[int, str] = field(default_factory=dict)
    gone: dict[int, int] = field(default_factory=dict)


class Load(Crew):
    """A publisher and readers; afterwards `figures` has the results. The lock protects the figures."""

    def __init__(self, url: str, authors: Sequence[str], readers: Sequence[str]) -> None:
        acts: list[Act] = [self._publish, *(partial(self._read, reader) for reader in readers)]
        super().__init__(url, [partial(self._timed, act) for act in acts], PACE_SECONDS)
        self.differences = Differences()
        self.published = 0
        self.started = self.ended = time.monotonic()
        self.interrupted = 0
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
            "seconds": self.ended - self.started,
            "published": self.published,
            "reads": self.differences.reads,
            "requests interrupted": self.interrupted,
            "slowest ms": round(self.slowest * 1000),
            "missing": self.differences.missing,
            "doubled": self.differences.doubled,
            "ghosts": self.differences.ghosts,
        }

    def check(self) -> None:
        """Checks that every read was exact and that no request was interrupted."""
        assert self.differences.reads
        assert self.published
        assert not self.differences.any, self.differences
        assert not self.interrupted

    def _timed(self, work: Act, transport: OverSocket) -> None:
        started = time.monotonic()
        interrupted = False
        try:
            work(transport)
        except (OSError, HTTPException):
            interrupted = True
        with self._lock:
            self.interrupted += interrupted
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
        stored, gone_before = list(self._ledger.live), len(self._ledger.gone)
        pages = walk(Client(transport, reader), "/v1/users/me/timeline?limit=100")
        returned = [int(tweet["id"]) for page in pages for tweet in page["data"]]
        live, gone = self._ledger.live, self._ledger.gone
        missing = {tweet for tweet in stored if tweet in live} - set(returned)
        ghosts = [tweet for tweet in returned if gone.get(tweet, gone_before) < gone_before]
        doubled = len(returned) - len(set(returned))
        with self._lock:
            self.differences.add(Differences(1, len(missing), doubled, len(ghosts)))
