"""The listener: wakes the streams of an author's followers when a tweet is announced."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from infrastructure.background import BackgroundThread
from infrastructure.streams.subscriptions import Subscription, Subscriptions

WAIT_SECONDS = 0.5
"""The time for which the thread waits for an announcement, and so the longest time until it stops."""

PAUSE_SECONDS = 0.005
"""The pause after each wake-up; one for each tweet would take a third of the publish rate."""


class Announcements(Protocol):
    def wanted_while(self, is_wanted: Callable[[], bool]) -> None:
        """Lets announcements be dropped while `is_wanted` returns False."""

    def take(self, timeout: float) -> str | None:
        """Returns the author of the next announcement; None after `timeout` seconds without one."""


class Follows(Protocol):
    def relationships(self, user_id: str, other_ids: Sequence[str]) -> list[tuple[bool, bool]]:
        """Returns a pair for each other user, as of one moment: `user_id` follows them, they follow `user_id`."""


class StreamListener:
    """Takes announcements in its own thread, and wakes the open streams of each author's followers."""

    def __init__(self, announcements: Announcements, follows: Follows, subscriptions: Subscriptions) -> None:
        self._announcements = announcements
        self._follows = follows
        self._subscriptions = subscriptions
        # A stream that opens later looks for itself at what was published before.
        announcements.wanted_while(subscriptions.any_open)
        self.thread = BackgroundThread("streams", self.listen, pause_seconds=PAUSE_SECONDS, gives_way=False)

    def listen(self) -> None:
        """Waits for an announcement, takes all that are there, and wakes the streams of their authors' followers."""
        first = self._announcements.take(WAIT_SECONDS)
        if first is None:
            return
        authors = {first, *iter(partial(self._announcements.take, 0.0), None)}
        subscriptions = self._subscriptions.all_open()
        for author_id in authors:
            for subscription in self._followers_among(subscriptions, author_id):
                subscription.wake()

    def _followers_among(self, subscriptions: Sequence[Subscription], author_id: str) -> Sequence[Subscription]:
        try:
            pairs = self._follows.relationships(author_id, [subscription.user_id for subscription in subscriptions])
        except Exception:  # noqa: BLE001 - to wake all streams is safe: one without news only reads once more
            return subscriptions
        return [each for each, (_, follows) in zip(subscriptions, pairs, strict=True) if follows]
