"""Redrive dead letters."""

from collections.abc import Callable, Collection
from typing import Protocol

from domain.events import TweetRedriven


class Outbox(Protocol):
    def redrive(self, tweet_ids: Collection[int] | None) -> list[int]:
        """Makes dead letters of these tweets, or all, wait again with all attempts; returns the ids of their tweets."""


class RedriveDeadLetters:
    """Lets dead letters be pushed again, with all attempts. If two requests redrive one, only one counts it."""

    def __init__(self, outbox: Outbox, observe: Callable[[TweetRedriven], None]) -> None:
        self._outbox = outbox
        self._observe = observe

    def execute(self, tweet_ids: Collection[int] | None = None) -> int:
        """Redrives the dead letters of these tweets, or all; returns their number."""
        redriven = self._outbox.redrive(tweet_ids)
        for tweet_id in redriven:
            self._observe(TweetRedriven(tweet_id))
        return len(redriven)
