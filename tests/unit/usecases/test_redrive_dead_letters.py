from collections.abc import Collection
from contextlib import suppress

import pytest

from domain.events import TweetCreated, TweetDeadLettered, TweetRedriven
from infrastructure.events.event_queue import EventQueue
from infrastructure.memory.dead_letters import MemoryDeadLetters
from tests.fakes.letters import kept
from usecases.redrive_dead_letters import RedriveDeadLetters


def letter(tweet_id: int) -> TweetDeadLettered:
    return TweetDeadLettered(tweet_id, "alice", 5, "ConnectionError: gone", 1_800_000_000_000)


@pytest.fixture
def dead_letters() -> MemoryDeadLetters:
    dead_letters = MemoryDeadLetters(capacity=10)
    for tweet_id in (1, 2, 3, 4):
        dead_letters.put(letter(tweet_id))
    return dead_letters


def redrive(
    dead_letters: MemoryDeadLetters, tweet_ids: Collection[int] | None, *, room: int
) -> tuple[int, list[TweetCreated]]:
    """Redrives with so much room in the queue; returns the answer and what is in the queue."""
    events = EventQueue(room)
    observed: list[TweetRedriven] = []
    answer = RedriveDeadLetters(dead_letters, events, observed.append).execute(tweet_ids)
    queued = list(iter(lambda: events.take(0), None))
    assert observed == [TweetRedriven(event.tweet_id) for event in queued]
    return answer, queued


def test_all_are_redriven_in_the_order_they_died(dead_letters: MemoryDeadLetters) -> None:
    assert redrive(dead_letters, None, room=9) == (4, [TweetCreated(id_, "alice") for id_ in (1, 2, 3, 4)])
    assert kept(dead_letters) == []


def test_only_those_asked_for_are_redriven(dead_letters: MemoryDeadLetters) -> None:
    assert redrive(dead_letters, [3, 1, 99], room=9) == (2, [TweetCreated(3, "alice"), TweetCreated(1, "alice")])
    assert kept(dead_letters) == [letter(4), letter(2)]


def test_no_tweets_are_not_all_tweets(dead_letters: MemoryDeadLetters) -> None:
    assert redrive(dead_letters, [], room=9) == (0, [])
    assert len(kept(dead_letters)) == 4


def test_one_asked_for_twice_is_redriven_once(dead_letters: MemoryDeadLetters) -> None:
    assert redrive(dead_letters, [2, 2], room=9) == (1, [TweetCreated(2, "alice")])


def test_what_finds_no_room_stays_a_dead_letter(dead_letters: MemoryDeadLetters) -> None:
    assert redrive(dead_letters, None, room=3) == (3, [TweetCreated(id_, "alice") for id_ in (1, 2, 3)])
    assert kept(dead_letters) == [letter(4)]


def test_a_second_redrive_finds_nothing(dead_letters: MemoryDeadLetters) -> None:
    redrive(dead_letters, None, room=9)
    assert redrive(dead_letters, None, room=9) == (0, [])


class Interrupted(MemoryDeadLetters):
    """Fails when some letter is to go."""

    def remove(self, letter: TweetDeadLettered) -> bool:
        if letter.tweet_id == 2:
            raise ConnectionError("no answer")
        return super().remove(letter)

    def put(self, letter: TweetDeadLettered) -> None:
        if self.counts().held == 4:
            raise ConnectionError("disk full")
        super().put(letter)


@pytest.mark.parametrize("room", [0, 1, 2, 9])
def test_no_letter_is_lost_when_the_store_fails_half_way(room: int) -> None:
    dead_letters = Interrupted(capacity=10)
    letters = [letter(tweet_id) for tweet_id in (1, 2, 3, 4)]
    for one in letters:
        dead_letters.put(one)
    events = EventQueue(room)
    with suppress(ConnectionError):
        RedriveDeadLetters(dead_letters, events, lambda _: None).execute()
    queued = {event.tweet_id for event in iter(lambda: events.take(0), None)}
    assert {one.tweet_id for one in kept(dead_letters)} | queued == {1, 2, 3, 4}


def test_of_two_who_redrive_at_once_one_is_told_so(dead_letters: MemoryDeadLetters) -> None:
    events = EventQueue(9)
    told: list[TweetRedriven] = []

    class Second(EventQueue):
        """Somebody else redrives all before this event is queued."""

        def offer(self, event: TweetCreated) -> bool:
            RedriveDeadLetters(dead_letters, events, told.append).execute()
            return super().offer(event)

    assert RedriveDeadLetters(dead_letters, Second(9), told.append).execute() == 0
    assert told == [TweetRedriven(id_) for id_ in (1, 2, 3, 4)]
    assert kept(dead_letters) == []
