from collections.abc import Sequence

import pytest

from domain.delivery import Delivery
from domain.events import TweetRedriven
from infrastructure.memory.stores import MemoryStores
from tests.contracts.racing import RACERS, race
from tests.unit.usecases.conftest import MAX_ATTEMPTS
from usecases.redrive_dead_letters import RedriveDeadLetters


@pytest.fixture
def told() -> list[TweetRedriven]:
    return []


@pytest.fixture
def redrive(stores: MemoryStores, told: list[TweetRedriven]) -> RedriveDeadLetters:
    return RedriveDeadLetters(stores.outbox, told.append)


@pytest.fixture
def dead(stores: MemoryStores) -> Sequence[int]:
    """Tweets that are dead letters, oldest first."""
    ids = [stores.tweets.publish("alice", "hello", pulled=False).tweet.id for _ in range(4)]
    for tweet_id in ids:
        for _ in range(MAX_ATTEMPTS):
            stores.outbox.failed(Delivery(tweet_id, "alice"), "gone")
    return ids


def test_all_are_redriven_and_told(redrive: RedriveDeadLetters, dead: Sequence[int], told: list[TweetRedriven]) -> None:
    assert redrive.execute() == 4
    assert sorted(event.tweet_id for event in told) == dead
    assert redrive.execute() == 0


def test_only_those_asked_for_are_redriven(
    redrive: RedriveDeadLetters, dead: Sequence[int], told: list[TweetRedriven], stores: MemoryStores
) -> None:
    assert redrive.execute([dead[2], dead[2], 99]) == 1
    assert redrive.execute([]) == 0
    assert told == [TweetRedriven(dead[2])]
    assert [delivery.tweet_id for delivery in stores.outbox.due(10)] == [dead[2]]


def test_of_twenty_who_redrive_at_once_each_letter_counts_once(
    redrive: RedriveDeadLetters, dead: Sequence[int], told: list[TweetRedriven]
) -> None:
    assert sum(race(*[redrive.execute] * RACERS)) == len(told) == len(dead)
