"""Stream a home timeline: send new tweets as they are published."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from domain.errors import Unavailable
from domain.tweet import Tweet
from usecases.home_timeline.read import HomeTimelinePage, ReadHomeTimelineRequest, Walk

BATCH_MAX = 100
"""The largest number of tweets in a batch."""

RETRY_SECONDS = 0.5
"""The pause before the next try while a store does not answer."""

FAILURES_MAX = 40
"""So many tries in a row may fail. A stream outlives a restart of the database, because some clients, such as browsers,
do not come back after they were refused once."""


@dataclass(frozen=True, slots=True)
class StreamHomeTimelineRequest:
    """Asks for tweets after the tweet id `since_id`; None means tweets from now on."""

    user_id: str
    since_id: int | None


class Tweets(Protocol):
    def frontier(self) -> int:
        """Returns the id up to which no tweet can still appear; 0 before the first tweet."""


class Subscription(Protocol):
    def has_ended(self) -> bool:
        """Returns True if there is nothing more to wait for."""

    def wait(self, timeout: float) -> bool:
        """Waits for something new since the last call, or for the end; returns False after `timeout` seconds."""

    def any_deleted(self) -> bool:
        """Returns True if `take_deleted` has something to return."""

    def take_deleted(self) -> Sequence[int]:
        """Removes and returns the ids of tweets that followees deleted since it was opened."""

    def close(self) -> None:
        """Ends the subscription and frees its place. It is idempotent."""


class Subscriptions(Protocol):
    def open(self, user_id: str) -> Subscription:
        """Opens a subscription to followees' new and deleted tweets; raises `Overloaded` if too many are open."""


class Read(Protocol):
    def execute(self, request: ReadHomeTimelineRequest) -> HomeTimelinePage: ...


class HomeTimelineStream:
    """A stream of one reader's new tweets, until it is closed. Only one thread at a time may iterate over it.

    A batch may have been read before a tweet in it was deleted, so `take_deleted` after each batch.
    """

    def __init__(self, read: Read, tweets: Tweets, subscription: Subscription, user_id: str, position: int) -> None:
        self._read = read
        self._tweets = tweets
        self._subscription = subscription
        self._user_id = user_id
        self.position = position
        """All tweets up to this id have been sent."""

    def batches(self, timeout: float) -> Iterator[Sequence[Tweet]]:
        """Yields batches of new tweets, oldest first, until the end.

        A batch is empty if there was nothing to send for `timeout` seconds, if the position moved without a tweet, if
        followees deleted tweets, for each page on the way down, or while a store does not answer. If that lasts, it
        raises `Unavailable`.
        """
        failures = 0
        while not self._subscription.has_ended():
            try:
                for batch in self._catch_up():
                    yield batch
                    if self._subscription.has_ended():
                        return
            except Unavailable:
                failures += 1
                if failures > FAILURES_MAX:
                    raise
                yield ()
                self._subscription.wait(RETRY_SECONDS)
                continue
            failures = 0
            if self._subscription.any_deleted() or not self._subscription.wait(timeout):
                yield ()

    def take_deleted(self) -> Sequence[int]:
        """Returns the ids of tweets that followees deleted since the last call; no batch from now on has them."""
        return self._subscription.take_deleted()

    def close(self) -> None:
        """Ends the stream; any thread may call it."""
        self._subscription.close()

    def _catch_up(self) -> Iterator[Sequence[Tweet]]:
        frontier = self._tweets.frontier()
        if frontier <= self.position:
            return
        position = self.position
        for batch in self._oldest_first(Walk(frontier, position, frontier + 1)):
            if batch:
                self.position = batch[-1].id
            yield batch
        sent_nothing = self.position == position
        self.position = frontier
        if sent_nothing:
            yield ()

    def _oldest_first(self, walk: Walk) -> Iterator[Sequence[Tweet]]:
        """Yields the pages of the walk, oldest first. Newer pages are read again when it is their turn.

        So a stream that starts far back keeps only bounds, and does not send tweets that were deleted meanwhile.
        """
        newer: list[Walk] = []
        page = self._page(walk)
        while page.next is not None:
            newer.append(replace(walk, low=page.next.high - 1))
            walk = page.next
            # The page at hand is not sent, so a deletion that is told now comes before no tweet of it.
            yield ()
            page = self._page(walk)
        if page.tweets:
            yield page.tweets[::-1]
        for later in reversed(newer):
            yield from self._oldest_first(later)

    def _page(self, walk: Walk) -> HomeTimelinePage:
        return self._read.execute(ReadHomeTimelineRequest(self._user_id, BATCH_MAX, walk=walk))


class StreamHomeTimeline:
    """Opens a stream of one home timeline.

    - Each tweet by an author who is followed at the time of the read is sent once, oldest first. A reader who resumes
      from the last tweet with another stream misses none and gets none twice.
    - A deletion by an author who is followed is told once, to the streams that are open then, after the tweet itself.
    - Nothing is read while nothing is new: a publication wakes the streams of its author's followers.
    - The position is taken before the subscription, and the first read comes after it. That read finds what is
      published in between; what is published later wakes the stream.
    """

    def __init__(self, read: Read, tweets: Tweets, subscriptions: Subscriptions) -> None:
        self._read = read
        self._tweets = tweets
        self._subscriptions = subscriptions

    def execute(self, request: StreamHomeTimelineRequest) -> HomeTimelineStream:
        """Opens the stream; raises `Overloaded` if too many streams are open."""
        position = self._tweets.frontier() if request.since_id is None else request.since_id
        subscription = self._subscriptions.open(request.user_id)
        return HomeTimelineStream(self._read, self._tweets, subscription, request.user_id, position)
