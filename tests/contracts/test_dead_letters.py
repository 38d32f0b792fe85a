from collections.abc import Collection
from functools import partial

import pytest

from domain.events import TweetDeadLettered
from tests.contracts.limits import DEAD_LETTERS_KEPT
from tests.contracts.ports import DeadLetters
from tests.contracts.racing import RACERS, race, race_of_twenty
from tests.fakes.letters import kept


def letter(tweet_id: int, error: str = "ConnectionError: gone") -> TweetDeadLettered:
    return TweetDeadLettered(tweet_id, "alice", 5, error, 1_800_000_000_000)


def fill(dead_letters: DeadLetters, *tweet_ids: int) -> list[TweetDeadLettered]:
    letters = [letter(tweet_id) for tweet_id in tweet_ids]
    for one in letters:
        dead_letters.put(one)
    return letters


def remove(dead_letters: DeadLetters, *letters: TweetDeadLettered) -> None:
    for one in letters:
        assert dead_letters.remove(one)


def take_all(dead_letters: DeadLetters) -> list[TweetDeadLettered]:
    return [one for one in dead_letters.find(None) if dead_letters.remove(one)]


def test_at_first_there_are_none(dead_letters: DeadLetters) -> None:
    assert kept(dead_letters) == []
    assert dead_letters.find(None) == []


def test_letters_come_in_the_order_they_were_put(dead_letters: DeadLetters) -> None:
    letters = fill(dead_letters, 3, 1, 2)
    assert kept(dead_letters) == sorted(letters, key=lambda one: one.tweet_id, reverse=True)
    assert dead_letters.find(None) == letters


def test_only_those_asked_for_are_found_each_once(dead_letters: DeadLetters) -> None:
    _, two, three = fill(dead_letters, 1, 2, 3)
    assert dead_letters.find({3}) == [three]
    assert dead_letters.find([2, 99, 2]) == [two]
    assert len(kept(dead_letters)) == 3


def test_a_letter_that_was_found_is_removed_once(dead_letters: DeadLetters) -> None:
    one, two = fill(dead_letters, 1, 2)
    [found] = dead_letters.find([1])
    assert (found, dead_letters.remove(found), dead_letters.remove(found)) == (one, True, False)
    assert kept(dead_letters) == [two]


def test_a_letter_in_the_place_of_the_one_that_was_found_is_kept(dead_letters: DeadLetters) -> None:
    """The event died once more, with the same error in the same millisecond."""
    fill(dead_letters, 1)
    [found] = dead_letters.find([1])
    [again] = fill(dead_letters, 1)
    assert dead_letters.remove(found) is False
    assert kept(dead_letters) == [again]


@pytest.mark.parametrize("nothing", [[], [99], [1, 1]])
def test_what_is_not_there_is_not_given(dead_letters: DeadLetters, nothing: Collection[int]) -> None:
    remove(dead_letters, *fill(dead_letters, 1))
    fill(dead_letters, 2)
    assert dead_letters.find(nothing) == []
    assert len(kept(dead_letters)) == 1


def test_a_tweet_has_one_letter_the_last(dead_letters: DeadLetters) -> None:
    fill(dead_letters, 1, 2)
    again = letter(1, "TimeoutError: slow")
    dead_letters.put(again)
    assert kept(dead_letters) == [letter(2), again]
    assert dead_letters.find([1]) == [again]


def test_over_the_capacity_the_oldest_are_dropped(dead_letters: DeadLetters) -> None:
    letters = fill(dead_letters, *range(DEAD_LETTERS_KEPT + 3))
    assert kept(dead_letters) == letters[:2:-1]
    assert dead_letters.find([0, 1, 2]) == []


def test_what_was_handed_out_never_changes(dead_letters: DeadLetters) -> None:
    letters = fill(dead_letters, 1, 2)
    handed_out = kept(dead_letters)
    remove(dead_letters, letters[0])
    assert handed_out == letters[::-1]
    handed_out.clear()
    assert kept(dead_letters) == [letter(2)]


def test_one_of_twenty_removes_a_letter(dead_letters: DeadLetters) -> None:
    for tweet_id in range(1, 11):
        [found] = fill(dead_letters, tweet_id)
        removed = race(*[partial(dead_letters.remove, found)] * RACERS)
        assert sorted(removed) == [False] * (RACERS - 1) + [True]


def test_many_letters_are_each_removed_by_one(dead_letters: DeadLetters) -> None:
    letters = fill(dead_letters, *range(DEAD_LETTERS_KEPT))
    taken = race(*[partial(take_all, dead_letters)] * RACERS)
    assert sorted((one for by_one in taken for one in by_one), key=lambda one: one.tweet_id) == letters


def test_letters_put_and_removed_at_once_come_out_once(dead_letters: DeadLetters) -> None:
    def put_or_take(number: int) -> list[TweetDeadLettered]:
        if number % 4:
            fill(dead_letters, *range(number * 6, number * 6 + 6))
            return []
        return [one for _ in range(30) for one in take_all(dead_letters)]

    taken = [one for by_one in race_of_twenty(put_or_take) for one in by_one] + take_all(dead_letters)
    put = [tweet_id for number in range(RACERS) if number % 4 for tweet_id in range(number * 6, number * 6 + 6)]
    assert sorted(one.tweet_id for one in taken) == put


def test_the_capacity_holds_while_twenty_put(dead_letters: DeadLetters) -> None:
    def put_many(number: int) -> None:
        fill(dead_letters, *range(number * 20, number * 20 + 20))
        assert len(kept(dead_letters)) <= DEAD_LETTERS_KEPT

    race_of_twenty(put_many)
    assert len(kept(dead_letters)) == DEAD_LETTERS_KEPT
