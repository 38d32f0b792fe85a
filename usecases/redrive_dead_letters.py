"""Redrive dead letters."""

from collections.abc import Callable, Collection
from typing import Protocol

from domain.events import TweetCreated, TweetDeadLettered, TweetRedriven


class DeadLetters(Protocol):
    def find(self, tweet_ids: Collection[int] | None) -> list[TweetDeadLettered]:
        """The dead letters of these tweets, or all of them; each once."""

    def remove(self, letter: TweetDeadLettered) -> bool:
        """Removes this very letter, as it was found; False when it is gone, or a newer one is in its place."""


class Events(Protocol):
    def offer(self, event: TweetCreated) -> bool: ...


class RedriveDeadLetters:
    """Queues the events of dead letters again, with all their attempts before them.

    What finds no room in the queue stays a dead letter. A letter goes only when its event is in the queue, so that
    none is lost, wherever this is cut. Of two who redrive the same at once one is told so; that its event may come
    twice changes nothing.
    """

    def __init__(self, dead_letters: DeadLetters, events: Events, observe: Callable[[TweetRedriven], None]) -> None:
        """`observe` is told of each event that is queued."""
        self._dead_letters = dead_letters
        self._events = events
        self._observe = observe

    def execute(self, tweet_ids: Collection[int] | None = None) -> int:
        """Redrives the dead letters of these tweets, or all; returns how many were queued."""
        return sum(self._redrive(letter) for letter in self._dead_letters.find(tweet_ids))

    def _redrive(self, letter: TweetDeadLettered) -> bool:
        queued = self._events.offer(TweetCreated(letter.tweet_id, letter.author_id))
        if not queued or not self._dead_letters.remove(letter):
            return False
        self._observe(TweetRedriven(letter.tweet_id))
        return True
