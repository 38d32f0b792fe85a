"""Redrive dead letters."""

from collections.abc import Callable, Collection
from typing import Protocol

from domain.events import TweetCreated, TweetDeadLettered, TweetRedriven


class DeadLetters(Protocol):
    def take(self, tweet_ids: Collection[int] | None) -> list[TweetDeadLettered]:
        """Removes and returns the dead letters of these tweets, or all of them, in one step."""

    def put(self, letter: TweetDeadLettered) -> None: ...


class Events(Protocol):
    def offer(self, event: TweetCreated) -> bool: ...


class RedriveDeadLetters:
    """Queues the events of dead letters again, with all their attempts before them.

    What finds no room in the queue stays a dead letter. Of two who redrive the same at once, one does it.
    """

    def __init__(self, dead_letters: DeadLetters, events: Events, observe: Callable[[TweetRedriven], None]) -> None:
        """`observe` is told of each event that is queued."""
        self._dead_letters = dead_letters
        self._events = events
        self._observe = observe

    def execute(self, tweet_ids: Collection[int] | None = None) -> int:
        """Redrives the dead letters of these tweets, or all; returns how many were queued."""
        queued = 0
        for letter in self._dead_letters.take(tweet_ids):
            if self._events.offer(TweetCreated(letter.tweet_id, letter.author_id)):
                queued += 1
                self._observe(TweetRedriven(letter.tweet_id))
            else:
                self._dead_letters.put(letter)
        return queued
