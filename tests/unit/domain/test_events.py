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
def test_an_event_never_changes(event: object) -> None:
    with pytest.raises(FrozenInstanceError):
        event.tweet_id = 2  # type: ignore[attr-defined]


def test_events_are_equal_by_their_values() -> None:
    assert TweetCreated(1, "alice") == TweetCreated(1, "alice")
    assert len({*EVENTS, TweetCreated(1, "alice")}) == len(EVENTS)
