"""Wrappers around adapters that report changes to the oracle or fail on demand."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from app.compose.ports import Events, FollowGraph, Timelines, Tweets
from domain.errors import Unavailable
from domain.events import TweetCreated
from domain.timeline import Installed, TimelineView
from infrastructure.memory.timelines import MemoryTimelines
from tests.fakes.oracle import Oracle
from usecases.publish_tweet import IdempotencyKey, Publication

Fault = Callable[[int, Sequence[str]], None]
"""Called before a push with the tweet and the followers of the slice; may raise or block."""


def no_fault(_tweet_id: int, _user_ids: Sequence[str]) -> None: ...


class Wrapper:
    """Delegates every method that a subclass does not define."""

    def __init__(self, store: Any) -> None:  # noqa: ANN401 - any store
        self._store = store

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any method
        return getattr(self._store, name)


class WatchedTweets(Wrapper):
    """Reports publishes and deletions to the oracle, and records which tweets are pulled."""

    def __init__(self, tweets: Tweets, oracle: Oracle, pulled: set[int]) -> None:
        super().__init__(tweets)
        self._oracle = oracle
        self._pulled = pulled

    def publish(self, author_id: str, text: str, *, pull_from: int, key: IdempotencyKey | None) -> Publication:
        publication: Publication = self._store.publish(author_id, text, pull_from=pull_from, key=key)
        self._oracle.published(publication.tweet.id, author_id)
        if publication.pulled:
            self._pulled.add(publication.tweet.id)
        return publication

    def delete(self, tweet_id: int) -> bool:
        deleted: bool = self._store.delete(tweet_id)
        self._oracle.deleted(tweet_id)
        return deleted


class WatchedGraph(Wrapper):
    """Reports follows and unfollows to the oracle."""

    def __init__(self, graph: FollowGraph, oracle: Oracle) -> None:
        super().__init__(graph)
        self._oracle = oracle

    def follow(self, follower_id: str, followee_id: str) -> bool:
        added: bool = self._store.follow(follower_id, followee_id)
        self._oracle.followed(follower_id, followee_id)
        return added

    def unfollow(self, follower_id: str, followee_id: str) -> bool:
        removed: bool = self._store.unfollow(follower_id, followee_id)
        self._oracle.unfollowed(follower_id, followee_id)
        return removed


class FaultyTimelines(Wrapper):
    """Fails, stalls and ends threads on demand, and records pushed tweets; the condition protects the record."""

    def __init__(self, timelines: Timelines) -> None:
        super().__init__(timelines)
        self.before_push: Fault = no_fault
        self.before_discard_idle: Callable[[], None] = lambda: None
        self._failures: deque[int] = deque()
        self._pushed: set[int] = set()
        self._push_recorded = threading.Condition()

    def fail_next(self, *, after: int = 0) -> None:
        """Makes one more push raise after it has written this many timelines of its slice."""
        self._failures.append(after)

    def stop_failing(self) -> None:
        """Lets pushes succeed from now on."""
        self._failures.clear()
        self.before_push = no_fault

    def discard_idle(self) -> int:
        self.before_discard_idle()
        discarded: int = self._store.discard_idle()
        return discarded

    def push(self, tweet_id: int, user_ids: Sequence[str]) -> int:
        self.before_push(tweet_id, user_ids)
        if self._failures:
            self._store.push(tweet_id, user_ids[: self._failures.popleft()])
            raise Unavailable("the timelines are unavailable")
        pushed: int = self._store.push(tweet_id, user_ids)
        with self._push_recorded:
            self._pushed.add(tweet_id)
            self._push_recorded.notify_all()
        return pushed

    def await_push(self, tweet_id: int, timeout: float) -> bool:
        """Waits until a slice of the tweet is pushed; returns False after `timeout` seconds."""
        with self._push_recorded:
            return self._push_recorded.wait_for(lambda: tweet_id in self._pushed, timeout)


class LossyEvents(Wrapper):
    """Loses hints on demand."""

    def __init__(self, events: Events) -> None:
        super().__init__(events)
        self._to_lose = 0

    def lose_next(self, count: int = 1) -> None:
        """Loses this many more hints."""
        self._to_lose += count

    def hint(self, event: TweetCreated) -> None:
        if self._to_lose:
            self._to_lose -= 1
        else:
            self._store.hint(event)


class ReadOnlyTimelines:
    """Views timelines without changing anything, not even the time of the last read."""

    def __init__(self, timelines: MemoryTimelines) -> None:
        self._timelines = timelines

    def view(self, user_id: str, low: int, high: int, limit: int) -> TimelineView:
        return self._timelines._timelines.get(user_id).view(low, high, limit)

    def install(self, user_id: str) -> Installed:
        raise NotImplementedError(user_id)

    def merge(self, user_id: str, generation: int, ids: object, floor: int, mark: int) -> None:
        raise NotImplementedError(user_id)

    def discard(self, _user_id: str) -> bool:
        return False


class NoPreparation:
    """Leaves a timeline as it is; a read must be exact without preparation too."""

    def execute(self, user_id: str) -> None: ...


if TYPE_CHECKING:

    def fit(tweets: WatchedTweets, graph: WatchedGraph, timelines: FaultyTimelines, events: LossyEvents) -> None:
        _tweets: Tweets = tweets
        _graph: FollowGraph = graph
        _timelines: Timelines = timelines
        _events: Events = events
