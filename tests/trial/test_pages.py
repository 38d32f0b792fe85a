"""Pages of home timelines: what is there too much, and what is missing."""

import pytest

from tests.trial.cases import Cases
from tests.trial.written import Written

CASES = Cases()
wrong, right = CASES.wrong, CASES.right


@right
def all_tweets(history: Written) -> None:
    history.home("rae", 3, 2, 1)


@wrong("missing")
def a_lost_tweet(history: Written) -> None:
    history.home("rae", 3, 1)


@wrong("missing")
def a_lost_newest_tweet(history: Written) -> None:
    history.home("rae", 2, 1)


@right
def pages_of_a_walk(history: Written) -> None:
    history.home("rae", 3, 2, last=False)
    history.publish("ben", 4)
    history.home("rae", 1, below=2)


@wrong("missing")
def a_tweet_lost_between_two_pages(history: Written) -> None:
    history.home("rae", 3, last=False)
    history.home("rae", 1, below=3)


@wrong("order")
def a_tweet_on_two_pages(history: Written) -> None:
    history.home("rae", 3, 2, last=False)
    history.home("rae", 2, 1, below=2)


@wrong("order")
def a_tweet_twice(history: Written) -> None:
    history.home("rae", 3, 3, 2, 1)


@wrong("order")
def a_wrong_order(history: Written) -> None:
    history.home("rae", 2, 3, 1)


@wrong("ghost")
def what_nobody_published(history: Written) -> None:
    history.home("rae", 9, 3, 2, 1)


@wrong("ghost")
def a_deleted_tweet(history: Written) -> None:
    history.delete("ann", 3)
    history.home("rae", 3, 2, 1)


@wrong("ghost")
def a_tweet_of_somebody_unfollowed(history: Written) -> None:
    history.unfollow("rae", "ben")
    history.home("rae", 3, 2, 1)


@wrong("ghost")
def a_tweet_of_somebody_never_followed(history: Written) -> None:
    history.publish("cat", 4)
    history.home("rae", 4, 3, 2, 1)


@wrong("ghost")
def a_tweet_from_the_future(history: Written) -> None:
    history.home("rae", 4, 3, 2, 1)
    history.publish("ann", 4)


@wrong("missing")
def a_refollow_that_is_not_seen(history: Written) -> None:
    history.unfollow("rae", "ben")
    history.follow("rae", "ben")
    history.home("rae", 3, 1)


@pytest.mark.parametrize("name", CASES.rules)
def test_a_wrong_history_is_refused_by_its_rule_and_a_right_one_is_accepted(name: str) -> None:
    assert CASES.found(name) == CASES.rules[name]
