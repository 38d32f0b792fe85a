"""The expected home timelines, and the difference between one and what was read."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from load.graph import Graph

SHOWN_IDS = 3


@dataclass(frozen=True, slots=True)
class Tweet:
    """A tweet as the service answered that it is stored."""

    id: int
    author: str
    text: str


class Oracle:
    """The naive query over all follows and tweets that were loaded."""

    def __init__(self, graph: Graph, tweets: Iterable[Tweet]) -> None:
        self._followees: defaultdict[str, list[str]] = defaultdict(list)
        self._tweets: defaultdict[str, list[Tweet]] = defaultdict(list)
        for follower, followee in graph.follows:
            self._followees[follower].append(followee)
        for tweet in tweets:
            self._tweets[tweet.author].append(tweet)

    def home(self, user: str) -> list[Tweet]:
        """All tweets of the user's followees, newest first."""
        followees = self._followees.get(user, ())
        tweets = [tweet for followee in followees for tweet in self._tweets.get(followee, ())]
        return sorted(tweets, key=lambda tweet: tweet.id, reverse=True)


def difference(expected: Sequence[Tweet], read: Sequence[Tweet]) -> str | None:
    """Returns the difference in words; None if there is none."""
    if read == expected:
        return None
    wanted = {tweet.id: tweet for tweet in expected}
    got = {tweet.id: tweet for tweet in read}
    findings = {
        "missing": [id_ for id_ in wanted if id_ not in got],
        "extra": [id_ for id_ in got if id_ not in wanted],
        "altered": [id_ for id_, tweet in got.items() if wanted.get(id_, tweet) != tweet],
        "more than once": _repeated(read),
        "out of order": [after.id for before, after in pairwise(read) if before.id < after.id],
    }
    return "; ".join(f"{len(ids)} {what} ({_shown(ids)})" for what, ids in findings.items() if ids)


def _repeated(tweets: Iterable[Tweet]) -> list[int]:
    return [id_ for id_, times in Counter(tweet.id for tweet in tweets).items() if times > 1]


def _shown(ids: Sequence[int]) -> str:
    return ", ".join(map(str, ids[:SHOWN_IDS])) + (", ..." if len(ids) > SHOWN_IDS else "")
