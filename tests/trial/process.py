"""Perch as a process whose clock is wrong, or that breaks one rule, so that trials can show that they would find it.

libfaketime 0.9.10 makes `time.sleep` of Python 3.11 fail (its issue 426), so the clock is set in Python.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import LiteralString

import app.compose.postgres as composed
from app.__main__ import main
from infrastructure.postgres.outbox import PostgresOutbox
from infrastructure.postgres.tweets import PostgresTweets
from infrastructure.redis.scripts import LUA, Script
from usecases.publish_tweet import Publication

LAST_ID: LiteralString = "SELECT last_value FROM last_tweet_id"


def ignore_keys() -> None:
    """A repeat publishes again."""
    publish = PostgresTweets.publish

    def publish_again(tweets: PostgresTweets, author_id: str, text: str, *, pull_from: int, **_: object) -> Publication:
        return publish(tweets, author_id, text, pull_from=pull_from, key=None)

    PostgresTweets.publish = publish_again  # type: ignore[method-assign, assignment]
    PostgresTweets.published_under = lambda *_: None  # type: ignore[method-assign]


def forget_before_the_push() -> None:
    """The outbox row goes when the delivery begins."""
    due = PostgresOutbox.due

    def forgotten(outbox: PostgresOutbox, limit: int) -> object:
        deliveries = due(outbox, limit)
        for delivery in deliveries:
            outbox.done(delivery.tweet_id)
        return deliveries

    lease = PostgresOutbox.lease

    def forget(outbox: PostgresOutbox, tweet_id: int, author_id: str) -> bool:
        return lease(outbox, tweet_id, author_id) and outbox.done(tweet_id)

    PostgresOutbox.due = forgotten  # type: ignore[method-assign, assignment]
    PostgresOutbox.lease = forget  # type: ignore[method-assign, assignment]


def answer_before_the_disk() -> None:
    """A publish is answered before it is on disk."""
    options = composed._options
    composed._options = lambda *given: replace(options(*given), waits_for_disk=False)


def look_past_what_commits() -> None:
    """The frontier is the last id, without a look at the publishes that are under way."""

    def last_id(tweets: PostgresTweets) -> int:
        return int(tweets._database.value(LAST_ID))

    PostgresTweets._frontier = last_id  # type: ignore[method-assign, assignment]


def trust_any_redis() -> None:
    """Scripts do not compare the server with that of the epoch."""
    compared = (LUA / "check.lua").read_text()
    make = Script.__init__

    def make_without(script: Script, source: str) -> None:
        make(script, source.replace(compared, ""))

    Script.__init__ = make_without  # type: ignore[method-assign, assignment]


RULES: dict[str, Callable[[], None]] = {
    rule.__name__: rule
    for rule in (
        ignore_keys,
        forget_before_the_push,
        answer_before_the_disk,
        look_past_what_commits,
        trust_any_redis,
    )
}


def set_clock(seconds: int) -> None:
    """Makes the wall clock of this process wrong by so much; its other clocks are right."""
    time_ns, wrong_ns = time.time_ns, seconds * 1_000_000_000
    time.time_ns = lambda: time_ns() + wrong_ns
    time.time = lambda: time.time_ns() / 1_000_000_000


def program(command: str, clock_seconds: int, rule: str) -> list[str]:
    """The command line of a process whose clock is wrong by so much, and that breaks this rule, if any."""
    return [sys.executable, "-m", __name__, str(clock_seconds), rule, command]


if __name__ == "__main__":
    set_clock(int(sys.argv.pop(1)))
    if rule_broken := sys.argv.pop(1):
        RULES[rule_broken]()
    sys.exit(main())
