"""The listener: wakes the streams of an author's followers when a tweet is announced, and tells them of deletions."""

from collections.abc import Callable, Sequence
from typing import Protocol

from domain.events import Announcement
from infrastructure.background import BackgroundThread
from infrastructure.streams.subscriptions import Subscription, Subscriptions

WAIT_SECONDS = 0.5
"""The time for which the thread waits for an announcement, and so the longest time until it stops."""

PAUSE_SECONDS = 0.005
"""The pause after each wake-up; one for each tweet would take a third of the publish rate."""


class Announcements(Protocol):
    def wanted_while(self, is_wanted: Callable[[], bool]) -> None:
        """Lets announcements be dropped while `is_wanted` returns False."""

    def take(self, timeout: float) -> Announcement | None:
        """Returns the next announcement; None after `timeout` seconds without one."""


class Follows(Protocol):
    def relationships(self, user_id: str, other_ids: Sequence[str]) -> list[tuple[bool, bool]]:
        """Returns a pair for each other user, as of one moment: `user_id` follows them, they follow `user_id`."""


class StreamListener:
    """Takes announcements in its own thread, and tells the open streams of each author's followers.

    While the follows cannot be read, all streams are woken, because one without news only reads once more. Deletions
    wait, because they are for followers only.
    """

    def __init__(self, announcements: Announcements, follows: Follows, subscriptions: Subscriptions) -> None:
        self._announcements = announcements
        self._follows = follows
        self._subscriptions = subscriptions
        self._waiting: list[Announcement] = []
        # A stream that opens later looks for itself at what was published before.
        announcements.wanted_while(subscriptions.any_open)
        self.thread = BackgroundThread("streams", self.listen, pause_seconds=PAUSE_SECONDS, gives_way=False)

    def listen(self) -> None:
        """Waits for an announcement, takes all that are there, and tells the streams of their authors' followers."""
        self._take_all()
        taken, self._waiting = self._waiting, []
        subscriptions = self._subscriptions.all_open()
        if not subscriptions:
            return
        deleted: dict[str, list[Announcement]] = {each.author_id: [] for each in taken}
        for each in taken:
            if each.deleted:
                deleted[each.author_id].append(each)
        for author_id, deletions in deleted.items():
            self._tell(subscriptions, author_id, deletions)

    def _take_all(self) -> None:
        """Adds what is there to what waits already, one by one: if a look fails, what was taken before it waits on."""
        taken = self._announcements.take(WAIT_SECONDS)
        while taken is not None:
            self._waiting.append(taken)
            taken = self._announcements.take(0.0)

    def _tell(self, subscriptions: Sequence[Subscription], author_id: str, deletions: Sequence[Announcement]) -> None:
        try:
            pairs = self._follows.relationships(author_id, [subscription.user_id for subscription in subscriptions])
        except Exception:  # noqa: BLE001 - the streams that are woken read the follows, and fail if it lasts
            self._waiting += deletions
            for subscription in subscriptions:
                subscription.wake()
            return
        deleted_ids = [deletion.tweet_id for deletion in deletions]
        for subscription, (_, follows) in zip(subscriptions, pairs, strict=True):
            if follows:
                subscription.tell_deleted(deleted_ids)
