"""The naive pull: what a home timeline is, by definition."""

from dataclasses import dataclass
from weakref import WeakSet


class Oracle:
    """All tweets and all follows, and the query over them that every timeline must equal."""

    def __init__(self) -> None:
        self._author_of: dict[int, str] = {}
        self._follows: set[tuple[str, str]] = set()
        self._watches: WeakSet[Watch] = WeakSet()
        self.frontier = 0

    def published(self, tweet_id: int, author_id: str) -> None:
        self._author_of[tweet_id] = author_id
        self.frontier = max(self.frontier, tweet_id)
        self._note(published=tweet_id)

    def deleted(self, tweet_id: int) -> None:
        self._author_of.pop(tweet_id, None)
        self._note()

    def followed(self, follower_id: str, followee_id: str) -> None:
        self._follows.add((follower_id, followee_id))
        self._note()

    def unfollowed(self, follower_id: str, followee_id: str) -> None:
        self._follows.discard((follower_id, followee_id))
        self._note()

    def tweets(self) -> dict[int, str]:
        """The author of every tweet that exists."""
        return dict(self._author_of)

    def followees(self, user_id: str) -> set[str]:
        return {followee for follower, followee in self._follows if follower == user_id}

    def home(self, user_id: str, *, include_self: bool = False) -> list[int]:
        """Every tweet that exists and whose author the user follows now (and their own), newest first."""
        authors = self.followees(user_id) | ({user_id} if include_self else set())
        return sorted((id_ for id_, author in self._author_of.items() if author in authors), reverse=True)

    def watch(self, user_id: str, *, include_self: bool = False) -> "Watch":
        """Notes from now on what the user's timeline shows, for as long as somebody holds the watch."""
        watch = Watch(self, user_id, include_self=include_self)
        self._watches.add(watch)
        return watch

    def _note(self, published: int | None = None) -> None:
        for watch in self._watches:
            watch.note(published)


@dataclass(frozen=True, slots=True)
class Moment:
    """What one timeline showed at some time while its user followed exactly these authors."""

    authors: frozenset[str]
    shown: frozenset[int]


class Watch:
    """What one timeline showed since the watch began.

    `always`: what it showed all the time. `unbroken`: what was published since then, was on it at once, and still is.
    `moments`: one for each set of followees, in the order of time.
    """

    def __init__(self, oracle: Oracle, user_id: str, *, include_self: bool) -> None:
        self._oracle = oracle
        self._user_id = user_id
        self._include_self = include_self
        now = self._now()
        self.moments = [now]
        self.always = now.shown
        self.unbroken: frozenset[int] = frozenset()

    def note(self, published: int | None) -> None:
        now = self._now()
        self.always &= now.shown
        self.unbroken = (self.unbroken | ({published} if published is not None else set())) & now.shown
        if now.authors == self.moments[-1].authors:
            now = Moment(now.authors, now.shown | self.moments.pop().shown)
        self.moments.append(now)

    def _now(self) -> Moment:
        own = {self._user_id} if self._include_self else set()
        shown = self._oracle.home(self._user_id, include_self=self._include_self)
        return Moment(frozenset(self._oracle.followees(self._user_id) | own), frozenset(shown))
