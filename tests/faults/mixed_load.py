"""A mix of everything, as users do it, over sockets; each worker knows what became of all that it did."""

import random
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from tests.http.client import Client
from tests.http.wire import OverSocket

PACE_SECONDS = 0.002
END_SECONDS = 60.0


@dataclass(slots=True)
class Ledger:
    """The tweets that exist, with their authors, and who follows whom: what one worker did to its own users."""

    tweets: dict[int, str] = field(default_factory=dict)
    follows: set[tuple[str, str]] = field(default_factory=set)
    requests: int = 0


class MixedLoad:
    """As a context manager: workers who act for users of their own, each after the other's answer, until its end.

    60 reads of home timelines, 30 of a user's tweets, and 10 publications of a hundred; now and then somebody follows,
    unfollows or deletes.
    """

    def __init__(self, url: str, users_of_workers: Sequence[Sequence[str]], ledgers: Sequence[Ledger]) -> None:
        self.publishing = threading.Event()
        self.publishing.set()
        self._over = threading.Event()
        self._everybody = [user for users in users_of_workers for user in users]
        self._pool = ThreadPoolExecutor(len(users_of_workers))
        self._working: list[Future[None]] = [
            self._pool.submit(self._work, url, users, ledger)
            for users, ledger in zip(users_of_workers, ledgers, strict=True)
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._pool.shutdown()
        for work in self._working:
            work.result(END_SECONDS)

    def hold(self, seconds: float) -> None:
        """Waits while it goes on; raises what a worker raised."""
        if self._over.wait(seconds):
            for work in self._working:
                work.result(END_SECONDS)

    def _work(self, url: str, users: Sequence[str], ledger: Ledger) -> None:
        transport = OverSocket(url)
        try:
            while not self._over.wait(PACE_SECONDS):
                self._act(Client(transport, user := random.choice(users)), user, ledger)
                ledger.requests += 1
        except BaseException:
            self._over.set()
            raise
        finally:
            transport.close()

    def _act(self, client: Client, user: str, ledger: Ledger) -> None:
        what = random.random()
        if what < 0.6 or not self.publishing.is_set():
            client.page(f"/v1/users/me/timeline?limit={random.choice((5, 20, 100))}")
        elif what < 0.87:
            client.page(f"/v1/users/{random.choice(self._everybody)}/tweets")
        elif what < 0.97:
            ledger.tweets[int(client.publish(f"{user} says {random.random()}")["id"])] = user
        else:
            self._change_something(client, user, ledger)

    def _change_something(self, client: Client, user: str, ledger: Ledger) -> None:
        other = random.choice(self._everybody)
        mine = [tweet for tweet, author in ledger.tweets.items() if author == user]
        if (user, other) in ledger.follows:
            client.unfollow(other)
            ledger.follows.discard((user, other))
        elif other != user:
            client.follow(other)
            ledger.follows.add((user, other))
        elif mine:
            assert client.delete(f"/v1/tweets/{mine[0]}").status == 204
            del ledger.tweets[mine[0]]
