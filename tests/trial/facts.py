"""What a history says about tweets and follows: from when and until when they surely or perhaps exist."""

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from tests.trial.history import QUIET, Operation
from tests.trial.registers import Register, Write

NEVER = math.inf

LATE_SECONDS = 20.0
"""A request without a certain answer may still be done for so long: in a stopped process, or in the network."""

HELD_SECONDS = 5.0
"""A publish that is still committing holds newer tweets back, usually for milliseconds, and never for longer."""

LISTS = ("page", "poll", "event")
"""The actions that return tweets."""


@dataclass(slots=True)
class Tweet:
    """A tweet; its text is that of no other."""

    text: str
    author: str = ""
    begun: float = NEVER
    there: float = NEVER
    """From when it surely exists."""
    listed: float = NEVER
    """From when every list surely has it."""
    ending: float = NEVER
    """From when it may be gone."""
    gone: float = NEVER
    """From when it is surely gone."""
    ids: set[int] = field(default_factory=set)
    id: int = 0
    """The smallest of these."""

    def may_exist(self, begun: float, ended: float) -> bool:
        return self.begun <= ended and begun <= self.gone


class Facts:
    """What is derived from a history, once."""

    def __init__(self, history: Sequence[Operation]) -> None:
        self.history = history
        self.quiet = min((each.completed for each in history if each.action == QUIET), default=NEVER)
        self.tweets: dict[str, Tweet] = {}
        self._note_publishes()
        self._note_deletes()
        self._note_what_was_seen()
        self._note_what_was_not_found()
        for tweet in self.tweets.values():
            tweet.id = min(tweet.ids, default=0)
        self._note_when_listed()
        self.follows = self._registers()
        self._logs = self._sorted_tweets()

    def done(self, operation: Operation) -> float:
        """Until when it may take effect."""
        if operation.outcome != "unknown":
            return operation.completed
        return max(operation.completed, min(operation.completed + LATE_SECONDS, self.quiet))

    def follow(self, follower: str, author: str) -> Register:
        return self.follows.get((follower, author), _NEVER_FOLLOWED)

    def followees(self, follower: str) -> Iterator[tuple[str, Register]]:
        """Everybody whom the user ever followed, perhaps."""
        return ((author, register) for (user, author), register in self.follows.items() if user == follower)

    def authors(self) -> Iterable[str]:
        """Everybody who published something that is known to be there."""
        return self._logs.keys()

    def between(self, author: str, low: int, high: float) -> list[Tweet]:
        """The author's tweets with these ids, the bounds excluded."""
        log = self._logs.get(author, _EMPTY)
        return log.tweets[bisect_right(log.ids, low) : bisect_left(log.ids, high)]

    def listed(self, author: str, low: int, high: float, frontier: int, moment: float) -> list[Tweet]:
        """Those among them that are up to the frontier, or that every list surely has since a moment before this."""
        log = self._logs.get(author, _EMPTY)
        last = max(bisect_right(log.ids, frontier), bisect_left(log.listed_later, moment))
        some = log.tweets[bisect_right(log.ids, low) : min(last, bisect_left(log.ids, high))]
        return [tweet for tweet in some if tweet.id <= frontier or tweet.listed < moment]

    def _note_publishes(self) -> None:
        for each in self._all("publish"):
            if each.outcome == "fail":
                continue
            text = each.arguments["text"]
            tweet = self.tweets.setdefault(text, Tweet(text, each.arguments["user"]))
            tweet.begun = min(tweet.begun, each.invoked)
            if each.outcome == "ok":
                tweet.there = min(tweet.there, each.completed)
                tweet.ids.add(each.result["id"])

    def _note_deletes(self) -> None:
        for each in self._all("delete"):
            tweet = self.tweets.get(each.arguments["text"])
            if tweet and each.outcome != "fail":
                tweet.ending = min(tweet.ending, each.invoked)
            if tweet and each.outcome != "unknown":
                # Where there is none, there will be none: it had an id before.
                tweet.gone = min(tweet.gone, each.completed)

    def _note_what_was_seen(self) -> None:
        for each in self.lists():
            for tweet_id, text in each.result["tweets"]:
                if tweet := self.tweets.get(text):
                    tweet.ids.add(tweet_id)
                    tweet.there = min(tweet.there, each.completed)

    def _note_what_was_not_found(self) -> None:
        for each in self._all("get"):
            tweet = self.tweets.get(each.arguments["text"])
            if each.outcome == "fail" and tweet is not None and tweet.there < each.invoked:
                tweet.gone = min(tweet.gone, each.completed)

    def lists(self) -> Iterator[Operation]:
        return (each for each in self.history if each.action in LISTS and each.outcome == "ok")

    def _all(self, action: str) -> Iterator[Operation]:
        return (each for each in self.history if each.action == action)

    def _note_when_listed(self) -> None:
        """By then all publishes are over that had begun before, or a list has reached the tweet's id."""
        publishes = sorted(self._all("publish"), key=lambda each: each.invoked)
        reached = _Reached(self.lists())
        longest = max((self.done(each) - each.invoked for each in publishes), default=0.0)
        begun = [each.invoked for each in publishes]
        for tweet in self.tweets.values():
            if tweet.there == NEVER:
                continue
            under_way = publishes[bisect_left(begun, tweet.there - longest) : bisect_right(begun, tweet.there)]
            held = [
                min(self.done(each), tweet.there + HELD_SECONDS) for each in under_way if self.done(each) > tweet.there
            ]
            tweet.listed = min(max(held, default=tweet.there), reached.when(tweet.id))

    def _registers(self) -> dict[tuple[str, str], Register]:
        writes: dict[tuple[str, str], list[Write]] = defaultdict(list)
        for each in self.history:
            if each.action in {"follow", "unfollow"} and each.outcome != "fail":
                is_sure = each.outcome == "ok"
                write = Write(each.action == "follow", each.invoked, self.done(each), is_sure)
                writes[each.arguments["user"], each.arguments["other"]].append(write)
        return {pair: Register(some) for pair, some in writes.items()}

    def _sorted_tweets(self) -> dict[str, "_Log"]:
        found: dict[str, list[Tweet]] = defaultdict(list)
        for tweet in sorted(self.tweets.values(), key=lambda each: each.id):
            if tweet.id and tweet.there < NEVER:
                found[tweet.author].append(tweet)
        return {author: _Log(tweets) for author, tweets in found.items()}


class _Log:
    """An author's tweets by their ids."""

    def __init__(self, tweets: list[Tweet]) -> None:
        self.tweets = tweets
        self.ids = [tweet.id for tweet in tweets]
        self.listed_later = list(accumulate((tweet.listed for tweet in reversed(tweets)), min))[::-1]
        """The earliest moment from which a list surely has this tweet or a newer one."""


_EMPTY = _Log([])
_NEVER_FOLLOWED = Register()


def frontier_of(operation: Operation) -> int:
    """The id up to which a list is surely complete: nothing can appear below what it shows."""
    newest = max((tweet_id for tweet_id, _ in operation.result["tweets"]), default=0)
    return int(max(newest, operation.result.get("frontier", 0)))


class _Reached:
    """When the first list reached an id."""

    def __init__(self, lists: Iterable[Operation]) -> None:
        self._frontiers: list[int] = []
        self._moments: list[float] = []
        for each in sorted(lists, key=lambda each: each.completed):
            frontier = frontier_of(each)
            if not self._frontiers or frontier > self._frontiers[-1]:
                self._frontiers.append(frontier)
                self._moments.append(each.completed)

    def when(self, tweet_id: int) -> float:
        at = bisect_left(self._frontiers, tweet_id)
        return self._moments[at] if at < len(self._moments) else NEVER
