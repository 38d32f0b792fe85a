"""A realistic mix of requests over sockets; each worker records its successful writes in a ledger."""

import random
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from tests.faults.crew import Crew
from tests.http.client import Client
from tests.http.repeating import Repeating
from tests.http.wire import OverSocket

PACE_SECONDS = 0.002


@dataclass(slots=True)
class Ledger:
    """The tweets, with their authors, and the follows that one worker made for its own users."""

    tweets: dict[int, str] = field(default_factory=dict)
    follows: set[tuple[str, str]] = field(default_factory=set)
    requests: int = 0
    refused: int = 0
    """Answers of 503, after which the request was sent again."""


class MixedLoad(Crew):
    """Workers that act for their own users.

    Of 100 requests about 60 read home timelines, 27 read a user's tweets, 10 publish, and 3 follow, unfollow or delete.
    """

    def __init__(self, url: str, users_of_workers: Sequence[Sequence[str]], ledgers: Sequence[Ledger]) -> None:
        workers = zip(users_of_workers, ledgers, strict=True)
        super().__init__(url, [partial(self._work, users, ledger) for users, ledger in workers], PACE_SECONDS)
        self.publishing = threading.Event()
        self.publishing.set()
        self._everybody = [user for users in users_of_workers for user in users]

    def _work(self, users: Sequence[str], ledger: Ledger, transport: OverSocket) -> None:
        user = random.choice(users)
        repeating = Repeating(transport)
        self._act(Client(repeating, user), user, ledger)
        ledger.requests += 1
        ledger.refused += repeating.refused

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
            # What was refused may have been done all the same, and is not there when it is sent again.
            assert client.delete(f"/v1/tweets/{mine[0]}").status in {204, 404}
            del ledger.tweets[mine[0]]
