from collections.abc import Sequence

import pytest

from domain.delivery import Delivery
from domain.events import TweetRedriven
from infrastructure.memory.stores import MemoryStores
from tests.unit.usecases.conftest import MAX_ATTEMPTS
from usecases.publish_tweet import NEVER_PULLED
from usecases.redrive_dead_letters import RedriveDeadLetters


@pytest.fixture
def events() -> list[TweetRedriven]:
    return []


@pytest.fixture
def redrive(stores: MemoryStores, events: list[TweetRedriven]) -> RedriveDeadLetters:
    return RedriveDeadLetters(stores.outbox, events.append)


@pytest.fixture
def dead(stores: MemoryStores) -> Sequence[int]:
    """Makes four dead letters; returns their tweet ids, oldest first."""
    ids = [stores.tweets.publish("alice", "hello", pull_from=NEVER_PULLED).tweet.id for _ in range(4)]
    for tweet_id in ids:
        for _ in range(MAX_ATTEMPTS):
            stores.outbox.failed(Delivery(tweet_id, "alice"), "gone")
    return ids


def test_all_dead_letters_are_redriven_and_reported(
    redrive: RedriveDeadLetters, dead: Sequence[int], events: list[TweetRedriven]
) -> None:
    assert redrive.execute() == 4
    assert sorted(event.tweet_id for event in events) == dead
    assert redrive.execute() == 0


def test_only_the_requested_dead_letters_are_redriven(
    redrive: RedriveDeadLetters, dead: Sequence[int], events: list[TweetRedriven], stores: MemoryStores
) -> None:
    assert redrive.execute([dead[2], dead[2], 99]) == 1
    assert redrive.execute([]) == 0
    assert events == [TweetRedriven(dead[2])]
    assert [delivery.tweet_id for delivery in stores.outbox.due(10)] == [dead[2]]
