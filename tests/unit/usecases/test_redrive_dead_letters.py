from collections.abc import Collection

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
