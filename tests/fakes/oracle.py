"""The naive pull, which defines the content of a home timeline."""

from dataclasses import dataclass
from weakref import WeakSet


class Oracle:
    """All tweets and follows, and the naive query that every timeline must equal."""

    def __init__(self) -> None:
        self._author_of: dict[int, str] = {}
        self._follows: set[tuple[str, str]] = set()
        self._watches: WeakSet[Watch] = WeakSet()
        self._last_id = 0
        self._under_way: dict[int, int] = {}

    @property
    def frontier(self) -> int:
        """The last id, but that before the oldest publish which is under way."""
        return min([self._last_id, *self._under_way.values()])

    def taken(self, tweet_id: int) -> None:
        """A publish has its id, and is under way until it is `published` or `given_up`."""
        self._under_way[tweet_id] = self._last_id
        self._last_id = max(self._last_id, tweet_id)

    def given_up(self, tweet_id: int) -> None:
        self._under_way.pop(tweet_id, None)

    def published(self, tweet_id: int, author_id: str) -> None:
        self._under_way.pop(tweet_id, None)
        self._author_of[tweet_id] = author_id
        self._last_id = max(self._last_id, tweet_id)
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
        """Returns the author of every tweet that exists."""
        return dict(self._author_of)

    def followees(self, user_id: str) -> set[str]:
        return {followee for follower, followee in self._follows if follower == user_id}

    def home(self, user_id: str, *, include_self: bool = False) -> list[int]:
        """Returns the user's timeline up to the frontier, newest first."""
        frontier = self.frontier
        return [id_ for id_ in self.all_of(user_id, include_self=include_self) if id_ <= frontier]

    def all_of(self, user_id: str, *, include_self: bool = False) -> list[int]:
        """Returns every tweet by the user's followees (and by the user, with `include_self`), newest first."""
        authors = self.followees(user_id) | ({user_id} if include_self else set())
        return sorted((id_ for id_, author in self._author_of.items() if author in authors), reverse=True)

    def watch(self, user_id: str, *, include_self: bool = False) -> "Watch":
        """Starts to record the user's timeline; recording ends when the watch is garbage-collected."""
        watch = Watch(self, user_id, include_self=include_self)
        self._watches.add(watch)
        return watch

    def _note(self, published: int | None = None) -> None:
        for watch in self._watches:
            watch.note(published)


@dataclass(frozen=True, slots=True)
class Moment:
    """The tweets that a timeline showed while its user followed exactly these authors."""

    authors: frozenset[str]
    shown: frozenset[int]


class Watch:
    """The history of one timeline since the watch began.

    `always`: tweets visible all the time. `unbroken`: tweets published since then and visible ever since.
    `moments`: one for each set of followees, oldest first.
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
        shown = self._oracle.all_of(self._user_id, include_self=self._include_self)
        return Moment(frozenset(self._oracle.followees(self._user_id) | own), frozenset(shown))
