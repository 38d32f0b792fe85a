"""Whether a list of tweets can be explained: by the follows, publishes and deletes that may have been before it.

What must be in a list and what may be follows from when each operation began and was answered. A list is a look at the
follows at one moment; what was deleted meanwhile may be there or not.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from tests.trial.facts import NEVER, Facts, Tweet, frontier_of
from tests.trial.fault import Fault
from tests.trial.history import Operation
from tests.trial.registers import Register

Shown = Sequence[tuple[int, str]]


class Always(Register):
    """Whose tweets are always in the list."""

    def may_be(self, value: bool, begun: float, ended: float) -> bool:  # noqa: ARG002
        return value


def page_faults(facts: Facts, page: Operation) -> Iterator[Fault]:
    """What no order of the operations explains. A page is of `home`, of the `tweets` of somebody, or of `all`."""
    about = _about(page)
    shown = _shown(page)
    ids = [tweet_id for tweet_id, _ in shown]
    if any(older >= newer for newer, older in pairwise(ids)):
        yield Fault("order", about, "a tweet is not below the one before it")
    low, high = _bounds(page)
    if any(not low < tweet_id < high for tweet_id in ids):
        yield Fault("order", about, "a tweet is not between the bounds of the page")
    authors = dict(_authors(facts, page))
    wrong = [*_ghosts(facts, page, shown, authors), *_missing(facts, page, shown, authors)]
    yield from wrong
    if not wrong and _is_torn(facts, page, shown, authors):
        yield Fault("torn", about, f"these follows were never together, at {page.invoked:.3f}")


def _shown(page: Operation) -> Shown:
    return [(tweet_id, text) for tweet_id, text in page.result["tweets"]]


def _about(page: Operation) -> str:
    arguments = page.arguments
    return " ".join(str(arguments[name]) for name in ("list", "of", "user") if name in arguments) or page.action


def _bounds(page: Operation) -> tuple[int, float]:
    return page.arguments.get("above", 0), page.arguments.get("below") or math.inf


def _authors(facts: Facts, page: Operation) -> Iterator[tuple[str, Register]]:
    """Whose tweets may be on the page, and when."""
    arguments = page.arguments
    match arguments.get("list", "home"):
        case "tweets":
            yield arguments["of"], Always()
        case "all":
            yield from ((author, Always()) for author in facts.authors())
        case _:
            yield from facts.followees(arguments["user"])
            if arguments.get("self"):
                yield arguments["user"], Always()


def _ghosts(facts: Facts, page: Operation, shown: Shown, authors: dict[str, Register]) -> Iterator[Fault]:
    for _, text in shown:
        tweet = facts.tweets.get(text)
        about = f"{text!r} in {_about(page)}"
        if tweet is None:
            yield Fault("ghost", about, "nobody published it")
        elif tweet.begun > page.completed:
            yield Fault("ghost", about, "nobody had published it yet")
        elif tweet.gone < page.invoked:
            yield Fault("ghost", about, "it was deleted")
        elif tweet.author not in authors:
            yield Fault("ghost", about, "its author was never followed")
        elif not authors[tweet.author].may_be(True, page.invoked, page.completed):
            yield Fault("ghost", about, "its author was not followed then")


def _missing(facts: Facts, page: Operation, shown: Shown, authors: dict[str, Register]) -> Iterator[Fault]:
    for author, follow in authors.items():
        if follow.must_be(True, page.invoked, page.completed):
            for tweet in _absent(facts, page, shown, author):
                late = tweet.id > frontier_of(page)
                why = (
                    "it had been published" if late else "a newer tweet is there, or the page says that it is complete"
                )
                yield Fault("missing", f"{tweet.text!r} in {_about(page)}", why)


def _absent(facts: Facts, page: Operation, shown: Shown, author: str) -> Iterator[Tweet]:
    """The author's tweets that must be there if the author is followed, and are not."""
    return (tweet for tweet in _unseen(facts, page, shown, author) if tweet.ending > page.completed)


def _unseen(facts: Facts, page: Operation, shown: Shown, author: str) -> Iterator[Tweet]:
    """The author's tweets that are not there, and must be if the author is followed and they are not deleted."""
    low, high = _bounds(page)
    if not page.result.get("last", True) and shown:
        low = max(low, shown[-1][0] - 1)
    texts = {text for _, text in shown}
    listed = facts.listed(author, low, high, frontier_of(page), page.invoked)
    return (tweet for tweet in listed if tweet.text not in texts)


def note_gone(facts: Facts, page: Operation) -> None:
    """A tweet that may have been deleted, and that a page must have otherwise, is gone for ever after that page."""
    for author, follow in _authors(facts, page):
        if follow.must_be(True, page.invoked, page.completed):
            for tweet in _unseen(facts, page, _shown(page), author):
                if tweet.ending <= page.completed:
                    tweet.gone = min(tweet.gone, page.completed)


def _is_torn(facts: Facts, page: Operation, shown: Shown, authors: dict[str, Register]) -> bool:
    """Whether there is no moment at which all the authors whose tweets are shown were followed, and no others.

    An author without any tweet that must be shown counts neither way.
    """
    shows = {facts.tweets[text].author for _, text in shown}
    lacks = {author for author in authors if next(_absent(facts, page, shown, author), None)}
    concerned = [(authors[author], author in shows, author in lacks) for author in shows | lacks]
    moments = {moment for register, _, _ in concerned for moment in register.moments(page.invoked, page.completed)}
    return not any(_explains(concerned, moment) for moment in moments | {page.invoked})


def _explains(concerned: Sequence[tuple[Register, bool, bool]], moment: float) -> bool:
    return not any(
        (shows and not register.may_be(True, moment, moment)) or (lacks and not register.may_be(False, moment, moment))
        for register, shows, lacks in concerned
    ) and not any(shows and lacks for _, shows, lacks in concerned)


def follows_faults(facts: Facts, answer: Operation) -> Iterator[Fault]:
    """What no order of the operations explains in a list of followees or followers."""
    of, named = answer.arguments["of"], set(answer.result["users"])
    if len(named) < len(answer.result["users"]):
        yield Fault("doubled", f"{answer.action} {of}", "somebody is listed twice")
    found = {
        pair: register
        for pair, register in facts.follows.items()
        if pair[0 if answer.action == "following" else 1] == of
    }
    other = {pair[1 if answer.action == "following" else 0]: register for pair, register in found.items()}
    for user in named - other.keys():
        yield Fault("ghost", f"{user} in {answer.action} {of}", "there was no such follow")
    for user, register in other.items():
        is_named = user in named
        if not register.may_be(is_named, answer.invoked, answer.completed):
            rule = "ghost" if is_named else "missing"
            yield Fault(rule, f"{user} in {answer.action} {of}", "the follow was not so then")


def is_settled(tweet: Tweet) -> bool:
    """Whether the tweet is there for ever, for all that the history says."""
    return tweet.there < NEVER and tweet.ending == NEVER
