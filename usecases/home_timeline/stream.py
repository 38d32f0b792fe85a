"""Stream a home timeline: what is new, as it comes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from domain.tweet import Tweet
from usecases.home_timeline.read import HomeTimelinePage, ReadHomeTimelineRequest, Walk

BATCH_MAX = 100
"""Tweets handed out at once."""


@dataclass(frozen=True, slots=True)
class StreamHomeTimelineRequest:
    """Asks for what comes after the tweet id `since_id`; None: for what comes from now on."""

    user_id: str
    since_id: int | None


class Tweets(Protocol):
    def frontier(self) -> int:
        """The id up to which nothing can still appear; 0 before the first tweet."""


class Subscription(Protocol):
    def has_ended(self) -> bool:
        """Whether nothing more is to be waited for."""

    def wait(self, timeout: float) -> bool:
        """Waits until there may be something new since the last call, or the end; False after `timeout` seconds."""

    def close(self) -> None:
        """Gives the subscription back; doing so again changes nothing."""


class Subscriptions(Protocol):
    def open(self, user_id: str) -> Subscription:
        """Has the user woken by what followees publish from now on; raises `Overloaded` when there are too many."""


class Read(Protocol):
    def execute(self, request: ReadHomeTimelineRequest) -> HomeTimelinePage: ...


class HomeTimelineStream:
    """What is new to one reader, until it is closed. For one thread at a time."""

    def __init__(self, read: Read, tweets: Tweets, subscription: Subscription, user_id: str, position: int) -> None:
        self._read = read
        self._tweets = tweets
        self._subscription = subscription
        self._user_id = user_id
        self.position = position
        """Whatever was published up to this id has been handed out."""

    def batches(self, patience: float) -> Iterator[Sequence[Tweet]]:
        """New tweets, oldest first, until the end.

        A batch is empty where there was nothing to send for `patience` seconds, or the position moved without a tweet.
        """
        while not self._subscription.has_ended():
            for batch in self._catch_up():
                yield batch
                if self._subscription.has_ended():
                    return
            if not self._subscription.wait(patience):
                yield ()

    def close(self) -> None:
        """Ends it, from whichever thread."""
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
        """Remembers only where the pages of the walk begin, and reads all but the last again when their turn comes.

        So a stream that starts far back keeps little, and what is deleted meanwhile is not sent.
        """
        newer: list[Walk] = []
        page = self._page(walk)
        while page.next is not None:
            newer.append(replace(walk, low=page.next.high - 1))
            walk = page.next
            page = self._page(walk)
        yield page.tweets[::-1]
        for later in reversed(newer):
            yield from self._oldest_first(later)

    def _page(self, walk: Walk) -> HomeTimelinePage:
        return self._read.execute(ReadHomeTimelineRequest(self._user_id, BATCH_MAX, walk=walk))


class StreamHomeTimeline:
    """Opens a stream of one home timeline.

    - Each tweet by the authors who are followed when it is looked for comes once, oldest first; a reader who goes on
      from the last one with another stream misses none and gets none again.
    - Nobody looks while nothing is new: a publication wakes those who follow its author.
    - The position is taken before the subscription, and the first look comes after it: what is published in between is
      found by that look, what is published later wakes.
    """

    def __init__(self, read: Read, tweets: Tweets, subscriptions: Subscriptions) -> None:
        self._read = read
        self._tweets = tweets
        self._subscriptions = subscriptions

    def execute(self, request: StreamHomeTimelineRequest) -> HomeTimelineStream:
        """Raises `Overloaded` when as many streams are open as may be."""
        position = self._tweets.frontier() if request.since_id is None else request.since_id
        subscription = self._subscriptions.open(request.user_id)
        return HomeTimelineStream(self._read, self._tweets, subscription, request.user_id, position)
