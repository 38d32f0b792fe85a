"""Whether everything agrees in the end, when nobody writes and nothing is on its way."""

from collections import defaultdict
from collections.abc import Iterator

from tests.trial.facts import Facts
from tests.trial.fault import Fault
from tests.trial.history import Operation

Lists = dict[str, list[int]]


def ending_faults(facts: Facts) -> Iterator[Fault]:
    last = [each for each in facts.history if each.invoked >= facts.quiet and each.outcome == "ok"]
    yield from _outbox(last)
    yield from _oracle(last)
    yield from _counts(last)


def _outbox(last: list[Operation]) -> Iterator[Fault]:
    for each in last:
        if each.action == "outbox":
            if each.result["waiting"]:
                yield Fault("outbox", "rows", "some are neither delivered nor dead letters")
            if each.result["dead"] != each.result["listed"]:
                yield Fault("outbox", "dead letters", "administrators see others")


def _walked(last: list[Operation], name: str) -> Lists:
    """The ids on all pages of each user's list, in their order, without those that include the user's own tweets."""
    found: Lists = defaultdict(list)
    for each in last:
        if each.action == "page" and each.arguments["list"] == name and not each.arguments.get("self"):
            of = each.arguments["of"]
            if not each.arguments.get("below"):
                found[of] = []  # a walk that was not answered to its end is repeated
            found[of] += [tweet_id for tweet_id, _ in each.result["tweets"]]
    return found


def _users(last: list[Operation], action: str) -> dict[str, set[str]]:
    return {each.arguments["of"]: set(each.result["users"]) for each in last if each.action == action}


def _oracle(last: list[Operation]) -> Iterator[Fault]:
    """Each home timeline is the tweets of those whom the user follows."""
    tweets, following, followers = _walked(last, "tweets"), _users(last, "following"), _users(last, "followers")
    for user, ids in _walked(last, "home").items():
        expected = [tweet_id for author in following.get(user, ()) for tweet_id in tweets.get(author, ())]
        if ids != sorted(expected, reverse=True):
            yield Fault("oracle", f"home {user}", "it is not the tweets of those whom the user follows")
    for user, named in following.items():
        if any(user not in followers.get(other, {user}) for other in named):
            yield Fault("oracle", f"following {user}", "somebody's followers lack the user")


def _counts(last: list[Operation]) -> Iterator[Fault]:
    tweets, following, followers = _walked(last, "tweets"), _users(last, "following"), _users(last, "followers")
    for each in last:
        if each.action == "counts":
            of = each.arguments["of"]
            expected = [len(tweets.get(of, ())), len(followers.get(of, ())), len(following.get(of, ()))]
            if list(each.result["counts"]) != expected:
                yield Fault("oracle", f"counts {of}", "they are not those of the lists")
