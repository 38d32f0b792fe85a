from dataclasses import FrozenInstanceError

import pytest

from domain.events import DeliveryFailed, TweetCreated, TweetDeadLettered, TweetPushed

EVENTS = [
    TweetCreated(1, "alice"),
    TweetPushed(1, 0.5),
    DeliveryFailed(1, 2, "ConnectionError: gone", 0.1),
    TweetDeadLettered(1, "alice", 5, "ConnectionError: gone", 1_800_000_000_000),
]


@pytest.mark.parametrize("event", EVENTS)
def test_events_are_immutable(event: object) -> None:
    with pytest.raises(FrozenInstanceError):
        event.tweet_id = 2  # type: ignore[attr-defined]


def test_events_with_equal_values_are_equal() -> None:
    assert TweetCreated(1, "alice") == TweetCreated(1, "alice")
    assert len({*EVENTS, TweetCreated(1, "alice")}) == len(EVENTS)
