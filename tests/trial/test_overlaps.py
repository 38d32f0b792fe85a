"""Operations that overlap, and those without an answer: the checker accepts what some order explains, and no more."""

import pytest

from tests.trial.cases import Cases
from tests.trial.written import Written

CASES = Cases()
wrong, right = CASES.wrong, CASES.right


@right
def a_publish_under_way(history: Written) -> None:
    history.publish("ann", 4, takes=2.5)
    history.home("rae", 3, 2, 1)
    history.home("rae", 4, 3, 2, 1)


@wrong("missing")
def a_tweet_that_was_seen_and_then_not(history: Written) -> None:
    history.publish("ann", 4, takes=4.5)
    history.home("rae", 4, 3, 2, 1)
    history.home("rae", 3, 2, 1)


@right
def a_publish_under_way_holds_newer_ones_back(history: Written) -> None:
    history.publish("ann", 4, takes=3.5)
    history.publish("ben", 5)
    history.home("rae", 3, 2, 1)
    history.wait()
    history.home("rae", 5, 4, 3, 2, 1)


@wrong("missing")
def a_newer_tweet_before_an_older_one(history: Written) -> None:
    history.publish("ann", 4, takes=3.5)
    history.publish("ben", 5)
    history.home("rae", 5, 3, 2, 1)


@wrong("missing")
def a_tweet_held_back_for_ever(history: Written) -> None:
    history.publish("ann", 4, "unknown")
    history.publish("ben", 5)
    history.wait()
    history.home("rae", 3, 2, 1)


@right
def a_publish_without_an_answer_is_there(history: Written) -> None:
    history.publish("ann", 4, "unknown")
    history.home("rae", 4, 3, 2, 1)


@right
def a_publish_without_an_answer_is_not_there(history: Written) -> None:
    history.publish("ann", 4, "unknown")
    history.wait()
    history.home("rae", 3, 2, 1)


@right
def a_publish_without_an_answer_that_comes_late(history: Written) -> None:
    history.publish("ann", 4, "unknown")
    history.home("rae", 3, 2, 1)
    history.wait(10)
    history.home("rae", 4, 3, 2, 1)


@right
def a_delete_without_an_answer(history: Written) -> None:
    history.delete("ann", 3, "unknown")
    history.home("rae", 3, 2, 1)
    history.wait()
    history.home("rae", 2, 1)


@wrong("ghost")
def a_deleted_tweet_that_comes_back(history: Written) -> None:
    history.delete("ann", 3, "unknown")
    history.home("rae", 2, 1)
    history.home("rae", 3, 2, 1)


@wrong("ghost")
def a_tweet_that_was_not_found_and_comes_back(history: Written) -> None:
    history.delete("ann", 3, "unknown")
    history.get(3, "fail")
    history.get(3)


@right
def an_unfollow_under_way(history: Written) -> None:
    history.unfollow("rae", "ben", takes=3.0)
    history.home("rae", 3, 2, 1)
    history.home("rae", 3, 1)


@right
def an_unfollow_without_an_answer_that_is_done_late(history: Written) -> None:
    history.unfollow("rae", "ben", "unknown")
    history.follow("rae", "ben")
    history.home("rae", 3, 2, 1)
    history.home("rae", 3, 1)


@wrong("missing")
def an_unfollow_that_is_done_too_late(history: Written) -> None:
    history.unfollow("rae", "ben", "unknown")
    history.wait()
    history.follow("rae", "ben")
    history.home("rae", 3, 1)


@right
def follows_that_overlap(history: Written) -> None:
    history.unfollow("rae", "ben", takes=1.5)
    history.follow("rae", "ben", takes=1.5)
    history.wait()
    history.home("rae", 3, 1)


@wrong("torn")
def an_author_in_half_while_unfollowed(history: Written) -> None:
    history.publish("ben", 4)
    history.unfollow("rae", "ben", takes=3.0)
    history.home("rae", 4, 3, 1)


@wrong("torn")
def two_authors_never_followed_together(history: Written) -> None:
    history.unfollow("rae", "ben")
    history.unfollow("rae", "ann")
    history.at -= 0.5
    read_from = history.at
    history.follow("rae", "ann")
    history.unfollow("rae", "ann")
    history.follow("rae", "ben")
    history.at, after = read_from, history.at
    history.home("rae", 3, 2, 1, takes=after - read_from)


@right
def a_page_during_two_follows(history: Written) -> None:
    history.unfollow("rae", "ben")
    read_from = history.at - 0.5
    history.follow("rae", "ben")
    history.at, after = read_from, history.at
    history.home("rae", 3, 2, 1, takes=after - read_from)


@pytest.mark.parametrize("name", CASES.rules)
def test_a_wrong_history_is_refused_by_its_rule_and_a_right_one_is_accepted(name: str) -> None:
    assert CASES.found(name) == CASES.rules[name]
