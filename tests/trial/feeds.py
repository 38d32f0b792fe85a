"""Whether each poller and each stream was given each tweet once."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from tests.trial.facts import NEVER, Facts
from tests.trial.fault import Fault
from tests.trial.history import Operation
from tests.trial.pages import is_settled

FEEDS = ("poll", "event")


def feed_faults(facts: Facts) -> Iterator[Fault]:
    feeds: dict[tuple[str, str], list[Operation]] = defaultdict(list)
    for each in facts.history:
        if each.action in FEEDS and each.outcome == "ok":
            feeds[each.client, each.arguments["user"]].append(each)
    for (client, user), parts in feeds.items():
        yield from _order(client, parts)
        yield from _given(facts, client, user, parts)


def _order(client: str, parts: Sequence[Operation]) -> Iterator[Fault]:
    """A poll begins where the one before ended, and gives what is newer, as does an event of a stream."""
    position = 0
    for part in parts:
        frontier = part.result.get("frontier")
        above = part.arguments["above"]
        ids = [tweet_id for tweet_id, _ in part.result["tweets"]]
        if above < position or (frontier is not None and frontier < above):
            yield Fault("backwards", client, "a poll ends before it begins, or begins before the one before has ended")
        if any(tweet_id <= above or (frontier is not None and tweet_id > frontier) for tweet_id in ids):
            yield Fault(
                "backwards", client, "a tweet is not between the ends of its poll, or not after the event before"
            )
        position = max(position, above, frontier if frontier is not None else max(ids, default=0))


def _given(facts: Facts, client: str, user: str, parts: Sequence[Operation]) -> Iterator[Fault]:
    given = Counter(text for part in parts for _, text in part.result["tweets"])
    for text, times in given.items():
        tweet = facts.tweets.get(text)
        if times > 1:
            yield Fault("doubled", f"{text!r} for {client}", "it was given again")
        if tweet is None:
            yield Fault("ghost", f"{text!r} for {client}", "nobody published it")
        elif not facts.follow(user, tweet.author).may_be(True, 0.0, NEVER):
            yield Fault("ghost", f"{text!r} for {client}", "its author was never followed")
    yield from _never_given(facts, client, user, parts, given)


def _never_given(
    facts: Facts, client: str, user: str, parts: Sequence[Operation], given: Counter[str]
) -> Iterator[Fault]:
    """What is there for ever must have been given: up to the last poll, and to a stream up to the end."""
    begun, ended = parts[0].invoked, parts[-1].completed
    last = parts[-1].result.get("frontier")
    up_to = last if last is not None else NEVER if facts.quiet < NEVER else 0
    for author, follow in facts.followees(user):
        if follow.must_be(True, begun, max(ended, facts.quiet if facts.quiet < NEVER else ended)):
            for tweet in facts.between(author, 0, up_to + 1):
                if is_settled(tweet) and tweet.text not in given:
                    yield Fault("missing", f"{tweet.text!r} for {client}", "it was never given")
