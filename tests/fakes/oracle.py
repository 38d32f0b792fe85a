"""The naive pull: what a home timeline is, by definition."""

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


class Watch:
    """What one timeline showed since the watch began.

    `always`: what it showed all the time. `ever`: what it showed at any time. `unbroken`: what was published since
    then, was on it at once, and still is.
    """

    def __init__(self, oracle: Oracle, user_id: str, *, include_self: bool) -> None:
        self._oracle = oracle
        self._user_id = user_id
        self._include_self = include_self
        home = frozenset(oracle.home(user_id, include_self=include_self))
        self.always = home
        self.ever = home
        self.unbroken: frozenset[int] = frozenset()

    @property
    def undisturbed(self) -> bool:
        """Whether the timeline was the same all the time."""
        return self.always == self.ever

    def note(self, published: int | None) -> None:
        home = frozenset(self._oracle.home(self._user_id, include_self=self._include_self))
        self.always &= home
        self.ever |= home
        self.unbroken = (self.unbroken | ({published} if published is not None else set())) & home
