"""Whether each answer may be given: keys, ids, and tweets that are looked up or deleted."""

from collections import defaultdict
from collections.abc import Iterator

from tests.trial.facts import Facts
from tests.trial.fault import Fault
from tests.trial.history import Operation

NOT_FOUND = 404


def answer_faults(facts: Facts) -> Iterator[Fault]:
    yield from _one_tweet_a_key(facts)
    yield from _one_id_a_tweet(facts)
    yield from _refusals(facts)
    yield from _found(facts)


def _refusals(facts: Facts) -> Iterator[Fault]:
    """No request is refused, but those for a tweet that may be gone."""
    for each in facts.history:
        if each.outcome == "fail" and not _may_be_gone(facts, each):
            status = each.result.get("status")
            lost = status == NOT_FOUND and "text" in each.arguments
            about = f"{each.action} {each.arguments.get('text', each.arguments)!r}"
            yield Fault("lost" if lost else "refused", about, f"it was answered {status}")


def _found(facts: Facts) -> Iterator[Fault]:
    """No tweet is found that must be gone."""
    for each in facts.history:
        if each.action == "get" and each.outcome == "ok":
            tweet = facts.tweets.get(each.arguments["text"])
            about = f"get {each.arguments['text']!r}"
            if tweet is None:
                yield Fault("ghost", about, "nobody published it")
            elif not tweet.may_exist(each.invoked, each.completed):
                yield Fault("ghost", about, "it was deleted")


def _may_be_gone(facts: Facts, operation: Operation) -> bool:
    if operation.result.get("status") != NOT_FOUND or operation.action not in {"get", "delete"}:
        return False
    tweet = facts.tweets.get(operation.arguments["text"])
    return tweet is None or tweet.there > operation.invoked or tweet.ending <= operation.completed


def _one_tweet_a_key(facts: Facts) -> Iterator[Fault]:
    """At most one of all answers under one key is the first."""
    firsts: dict[str, int] = defaultdict(int)
    for each in facts.history:
        if each.action == "publish" and each.outcome == "ok" and not each.result.get("replayed"):
            text = each.arguments["text"]
            firsts[text] += 1
            if firsts[text] == 2:
                yield Fault("doubled", repr(text), "it was published twice under its key")


def _one_id_a_tweet(facts: Facts) -> Iterator[Fault]:
    texts: dict[int, str] = {}
    for tweet in facts.tweets.values():
        if len(tweet.ids) > 1:
            yield Fault("doubled", repr(tweet.text), "it has several ids")
        for tweet_id in tweet.ids:
            if texts.setdefault(tweet_id, tweet.text) != tweet.text:
                yield Fault("doubled", repr(tweet.text), "its id is that of another tweet")
