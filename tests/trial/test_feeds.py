"""Polls, streams, and what must hold in the end."""

import pytest

from tests.trial.cases import Cases
from tests.trial.written import Written

CASES = Cases()
wrong, right = CASES.wrong, CASES.right


@right
def polls(history: Written) -> None:
    history.poll("rae", 0, 3, 2, 1, frontier=3)
    history.publish("ann", 4)
    history.poll("rae", 3, 4, frontier=4)
    history.poll("rae", 4, frontier=4)


@wrong("missing")
def a_tweet_that_no_poll_gives(history: Written) -> None:
    history.poll("rae", 0, 3, 1, frontier=3)


@wrong("missing")
def a_poll_that_is_not_up_to_date(history: Written) -> None:
    history.poll("rae", 0, 2, 1, frontier=2)


@wrong("backwards", "doubled")
def a_tweet_in_two_polls(history: Written) -> None:
    history.poll("rae", 0, 3, 2, 1, frontier=3)
    history.poll("rae", 2, 3, frontier=3)


@wrong("order", "backwards")
def a_tweet_older_than_the_poll(history: Written) -> None:
    history.poll("ron", 0, frontier=3)
    history.follow("ron", "ann")
    history.poll("ron", 3, 3, frontier=3)


@wrong("backwards")
def a_poll_that_goes_back(history: Written) -> None:
    history.poll("ron", 0, frontier=3)
    history.poll("ron", 3, frontier=2)


@right
def a_stream(history: Written) -> None:
    for tweet_id in (1, 2, 3):
        history.event("rae", tweet_id - 1, tweet_id)
    history.quiet()


@right
def a_stream_that_is_not_at_its_end(history: Written) -> None:
    history.event("rae", 0, 1)


@right
def a_stream_without_a_deleted_tweet(history: Written) -> None:
    history.event("rae", 0, 1)
    history.delete("ben", 2, "unknown")
    history.event("rae", 1, 3)
    history.quiet()


@wrong("missing")
def a_stream_with_a_gap(history: Written) -> None:
    history.event("rae", 0, 1)
    history.event("rae", 1, 3)
    history.quiet()


@wrong("backwards", "doubled")
def a_stream_that_repeats(history: Written) -> None:
    for above, tweet_id in ((0, 1), (1, 2), (2, 3), (3, 3)):
        history.event("rae", above, tweet_id)


@wrong("ghost")
def a_stream_with_a_tweet_of_somebody_else(history: Written) -> None:
    history.publish("cat", 4)
    for tweet_id in (1, 2, 3, 4):
        history.event("rae", tweet_id - 1, tweet_id)


def ended(history: Written, *home: int) -> None:
    """Everything is read once more, when the tweet 4 may be there or not."""
    history.quiet()
    history.outbox(0)
    history.home("rae", *home)
    history.tweets("ann", 3, 1)
    history.tweets("ben", *(tweet_id for tweet_id in (4, 2) if tweet_id in home))
    history.users("following", "rae", "ann", "ben")
    history.users("followers", "ann", "rae")
    history.users("followers", "ben", "rae")
    history.counts("ann", 2, 1, 0)


@right
def an_end(history: Written) -> None:
    history.publish("ben", 4, "unknown")
    ended(history, 4, 3, 2, 1)


@right
def another_end(history: Written) -> None:
    history.publish("ben", 4, "unknown")
    ended(history, 3, 2, 1)


@wrong("ghost")
def a_publish_without_an_answer_that_is_done_after_the_end(history: Written) -> None:
    history.unfollow("rae", "cat", "unknown")
    history.follow("rae", "cat", "unknown")
    history.quiet()
    history.users("following", "rae", "ann", "ben")
    history.follow("rae", "cat")
    history.unfollow("rae", "cat")
    history.users("following", "rae", "ann", "ben", "cat")


@wrong("oracle")
def a_timeline_that_differs_from_the_lists_in_the_end(history: Written) -> None:
    history.publish("ben", 4, "unknown")
    ended(history, 3, 2, 1)
    history.tweets("ben", 4, 2)


@wrong("oracle")
def counts_that_differ_from_the_lists(history: Written) -> None:
    ended(history, 3, 2, 1)
    history.counts("ann", 3, 1, 0)


@wrong("oracle")
def a_follow_that_only_one_side_knows(history: Written) -> None:
    history.follow("rae", "cat", "unknown")
    ended(history, 3, 2, 1)
    history.users("following", "rae", "ann", "ben", "cat")
    history.users("followers", "cat")


@wrong("outbox")
def a_tweet_that_still_waits(history: Written) -> None:
    history.quiet()
    history.outbox(1)


@wrong("outbox")
def a_dead_letter_that_nobody_sees(history: Written) -> None:
    history.quiet()
    history.outbox(0, [3], [])


@pytest.mark.parametrize("name", CASES.rules)
def test_a_wrong_history_is_refused_by_its_rule_and_a_right_one_is_accepted(name: str) -> None:
    assert CASES.found(name) == CASES.rules[name]
