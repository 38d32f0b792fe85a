"""Other lists, and answers to writes and lookups."""

import pytest

from tests.trial.cases import Cases
from tests.trial.written import Written

CASES = Cases()
wrong, right = CASES.wrong, CASES.right


@right
def the_tweets_of_an_author_and_of_everybody(history: Written) -> None:
    history.tweets("ann", 3, 1)
    history.everybody(3, 2, 1)


@wrong("missing")
def what_one_wrote_is_not_there(history: Written) -> None:
    history.tweets("ann", 1)


@wrong("missing")
def everybody_without_one(history: Written) -> None:
    history.everybody(3, 1)


@right
def who_follows(history: Written) -> None:
    history.users("following", "rae", "ann", "ben")
    history.users("followers", "ann", "rae")


@wrong("missing")
def a_follow_that_is_not_listed(history: Written) -> None:
    history.users("following", "rae", "ann")


@wrong("ghost")
def a_follower_who_is_gone(history: Written) -> None:
    history.unfollow("rae", "ann")
    history.users("followers", "ann", "rae")


@wrong("doubled")
def somebody_listed_twice(history: Written) -> None:
    history.users("following", "rae", "ann", "ben", "ann")


@right
def a_repeat(history: Written) -> None:
    history.publish("ann", 4, "unknown")
    history.publish("ann", 4, replayed=True)


@wrong("doubled")
def a_repeat_that_publishes_again(history: Written) -> None:
    history.publish("ann", 3)


@wrong("doubled")
def a_repeat_that_gets_another_id(history: Written) -> None:
    history.add("ann", "publish", {"user": "ann", "text": "t3", "key": "k"}, id=4, replayed=True)


@wrong("doubled")
def a_repeat_without_an_answer_that_publishes_again(history: Written) -> None:
    history.add("reader", "page", {"list": "tweets", "of": "ann"}, tweets=[[4, "t3"], [3, "t3"], [1, "t1"]], last=True)


@wrong("lost")
def an_answered_tweet_that_is_not_found(history: Written) -> None:
    history.get(3, "fail")


@wrong("lost")
def an_answered_tweet_that_cannot_be_deleted(history: Written) -> None:
    history.delete("ann", 3, "fail")


@right
def a_delete_that_was_done_before(history: Written) -> None:
    history.delete("ann", 3, "unknown")
    history.delete("ann", 3, "fail")
    history.get(3, "fail")


@wrong("ghost")
def a_deleted_tweet_that_is_found(history: Written) -> None:
    history.delete("ann", 3)
    history.get(3)


@wrong("refused")
def an_error(history: Written) -> None:
    history.add("reader", "following", {"of": "rae"}, "fail", status=500)


@pytest.mark.parametrize("name", CASES.rules)
def test_a_wrong_history_is_refused_by_its_rule_and_a_right_one_is_accepted(name: str) -> None:
    assert CASES.found(name) == CASES.rules[name]
