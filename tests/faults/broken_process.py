"""Perch as a process that breaks one rule, so that the tests can show that they would find it."""

import sys
from dataclasses import replace

import app.compose.postgres as composed
from app.__main__ import main
from infrastructure.postgres.outbox import PostgresOutbox
from infrastructure.postgres.tweets import PostgresTweets
from usecases.publish_tweet import Publication


def forget_before_the_push() -> None:
    """The outbox row goes when the delivery begins."""
    lease = PostgresOutbox.lease

    def forget(outbox: PostgresOutbox, tweet_id: int) -> bool:
        return lease(outbox, tweet_id) and outbox.done(tweet_id)

    PostgresOutbox.lease = forget  # type: ignore[method-assign, assignment]


def answer_before_the_disk() -> None:
    """A publish is answered before it is on disk."""
    options = composed._options
    composed._options = lambda *given: replace(options(*given), waits_for_disk=False)


def ignore_keys() -> None:
    """A repeat publishes again."""
    publish = PostgresTweets.publish

    def publish_again(tweets: PostgresTweets, author_id: str, text: str, *, pull_from: int, **_: object) -> Publication:
        return publish(tweets, author_id, text, pull_from=pull_from, key=None)

    PostgresTweets.publish = publish_again  # type: ignore[method-assign, assignment]


RULES = {rule.__name__: rule for rule in (forget_before_the_push, answer_before_the_disk, ignore_keys)}


def program(rule: str, command: str) -> list[str]:
    """The command line of a process that breaks this rule."""
    return [sys.executable, "-m", __name__, rule, command]


if __name__ == "__main__":
    RULES[sys.argv.pop(1)]()
    sys.exit(main())
