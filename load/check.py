"""Compares what the service holds with what an earlier load put there."""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from load.client import Client
from load.crew import Crew
from load.oracle import Tweet
from load.plan import Plan


@dataclass(frozen=True, slots=True)
class Stored:
    """A user's tweets and followees, as the service has them."""

    user: str
    tweets: Sequence[Tweet]
    followees: frozenset[str]


def read_stored(crew: Crew, plan: Plan) -> list[Stored]:
    """All tweets and follows of all users."""

    def read(client: Client, user: str) -> Stored:
        return Stored(user, client.tweets(user), frozenset(client.following(user)))

    return crew.work_off("users", plan.graph.users, read)


def findings(plan: Plan, stored: Sequence[Stored]) -> Iterator[str]:
    """One line for each kind of difference between the plan and what is stored; none when there is no difference."""
    planned = [*plan.tweets, *((polled.author, polled.text) for polled in plan.sample)]
    tweets = Counter((author, _normalised(text)) for author, text in planned)
    found = Counter((tweet.author, tweet.text) for each in stored for tweet in each.tweets)
    follows = {(each.user, followee) for each in stored for followee in each.followees}
    yield from _difference("tweets", tweets, found)
    yield from _difference("follows", Counter(plan.graph.follows), Counter(follows))


def _difference(name: str, wanted: Counter[tuple[str, str]], got: Counter[tuple[str, str]]) -> Iterator[str]:
    if wanted != got:
        yield f"{name}: {(wanted - got).total()} missing, {(got - wanted).total()} extra"


def _normalised(text: str) -> str:
    """The text as the service stores it."""
    return unicodedata.normalize("NFC", text.strip()).strip()
