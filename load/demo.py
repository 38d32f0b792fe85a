"""The demo: a crowd that follows and talks, so that the page shows a living site."""

import random
import threading
import time
from collections.abc import Callable, Sequence

from tqdm import tqdm

from load.client import Client
from load.crew import Crew
from load.demo_crowd import NAMES, Talk, crowd
from load.errors import LoadError
from load.phases import follow_all, publish_all

FIRST_TWEETS = 60
NEWS_EVERY = 4
"""Every so many tweets somebody looks at what is new, and follows whom they do not know."""

FOLLOWERS_OF_A_NEWCOMER = 5
WAIT_SECONDS = 60.0
LOOK_SECONDS = 0.5

WELCOMES = (
    "@newcomer Welcome! Good to see a new face here.",
    "@newcomer Hello there. Have you tried the cinnamon buns yet?",
    "@newcomer Glad you found us.",
)


def wait_for_service(client: Client, waits: Callable[[], None]) -> None:
    """Waits until the service answers, and calls `waits` once if that takes a while.

    Raises `LoadError` when it does not answer for `WAIT_SECONDS`.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    told = False
    while True:
        try:
            client.newest_authors()
        except LoadError:
            if time.monotonic() > deadline:
                raise
            if not told:
                waits()
                told = True
            time.sleep(LOOK_SECONDS)
        else:
            return


def settle(crew: Crew, client: Client, talk: Talk) -> None:
    """Has everybody follow their friends, and fills an empty site with a few tweets; a second time changes nothing."""
    follow_all(crew, crowd().follows)
    if not any(client.tweets_count(name) for name in NAMES):
        publish_all(crew, [talk.tweet() for _ in range(FIRST_TWEETS)])


class Life:
    """What the crowd does from then on."""

    def __init__(self, client: Client, talk: Talk, rng: random.Random) -> None:
        self._client = client
        self._talk = talk
        self._rng = rng
        self._welcomed: dict[str, int] = {}

    def go_on(self, pace: float, stopping: threading.Event) -> int:
        """Publishes about `pace` tweets a second until `stopping` is set; returns how many."""
        done = 0
        with tqdm(desc="talking; Ctrl-C ends it", unit=" tweets", disable=None) as progress:
            while not stopping.wait(self._rng.uniform(0.5, 1.5) / pace):
                self._client.publish(*(self._news() if done % NEWS_EVERY == 0 else self._talk.tweet()))
                done += 1
                progress.update()
        return done

    def _news(self) -> tuple[str, str]:
        """Follows somebody whom the crowd does not know yet, and returns a welcome; an ordinary tweet without any."""
        newcomer = self._newcomer(self._client.newest_authors())
        if newcomer is None:
            return self._talk.tweet()
        follower = self._talk.somebody()
        self._client.follow(follower, newcomer)
        greeted = self._welcomed.get(newcomer, 0)
        self._welcomed[newcomer] = greeted + 1
        if greeted:
            return self._talk.tweet()
        return follower, self._rng.choice(WELCOMES).replace("@newcomer", f"@{newcomer}")

    def _newcomer(self, authors: Sequence[str]) -> str | None:
        return next(
            (
                author
                for author in authors
                if author not in NAMES and self._welcomed.get(author, 0) < FOLLOWERS_OF_A_NEWCOMER
            ),
            None,
        )
