"""What is no hint is a dead event, with reason, time and origin, until somebody redrives or drops it."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from domain.events import TweetCreated
from infrastructure.events.codec import encode
from infrastructure.events.dead import DeadEvent, DeadEvents
from infrastructure.events.taken import EventSource
from tests.contracts.brokers import OUTSIDE, OpenHints
from tests.contracts.racing import JOIN_SECONDS
from tests.engines.until import until

ALL = 10_000
GOOD = TweetCreated(7, "alice", "trace")
BAD = [b"junk", b'{"version":2}', "\N{SNOWMAN}".encode(), encode(TweetCreated(8, "alice")).replace(b'"8"', b'"eight"')]


@dataclass(frozen=True, slots=True)
class Broker:
    source: EventSource
    dead: DeadEvents
    send: Callable[[bytes], object]

    def send_all(self, *bodies: bytes) -> None:
        for body in bodies:
            self.send(body)

    def has_found(self, count: int) -> None:
        """Returns when the source has found so many dead events, none of which it hands out."""
        until(lambda: self.source.take(0.05) is None and self.source.counts().dead >= count)

    def shown(self) -> list[DeadEvent]:
        return list(self.dead.show(ALL))


@pytest.fixture(params=OUTSIDE)
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    open_hints: OpenHints = request.param
    with open_hints(request) as hints:
        assert hints.dead is not None
        assert hints.send is not None
        yield Broker(hints.source, hints.dead, hints.send)


def test_without_dead_events_there_is_nothing_to_do(broker: Broker) -> None:
    assert (broker.shown(), broker.dead.redrive(ALL), broker.dead.drop(ALL)) == ([], 0, 0)


def test_what_is_no_hint_is_shown_with_reason_time_and_origin(broker: Broker) -> None:
    before = int(time.time() * 1000)
    broker.send_all(*BAD)
    broker.has_found(len(BAD))
    shown = broker.shown()
    assert {each.body for each in shown} == set(BAD)
    assert all(before <= each.failed_at_ms <= time.time() * 1000 + 1 for each in shown)
    assert all(each.origin for each in shown)
    reasons = {each.body: each.reason for each in shown}
    assert "not JSON" in reasons[b"junk"]
    assert "version is 2" in reasons[BAD[1]]
    assert "tweet_id" in reasons[BAD[3]]
    assert sorted(map(repr, broker.shown())) == sorted(map(repr, shown)), "a look removes nothing"


def test_good_hints_between_bad_ones_are_taken(broker: Broker) -> None:
    broker.send_all(BAD[0], encode(GOOD), BAD[1])
    taken = broker.source.take(JOIN_SECONDS)
    assert taken is not None
    assert taken.event == GOOD
    broker.source.done(taken)
    broker.has_found(2)
    assert broker.source.counts().taken == 1


def test_a_look_has_a_limit(broker: Broker) -> None:
    broker.send_all(*BAD)
    broker.has_found(len(BAD))
    assert len(list(broker.dead.show(3))) == 3


def test_what_is_dropped_is_gone(broker: Broker) -> None:
    broker.send_all(*BAD)
    broker.has_found(len(BAD))
    assert broker.dead.drop(1) == 1
    assert len(broker.shown()) == len(BAD) - 1
    assert broker.dead.drop(ALL) == len(BAD) - 1
    assert broker.shown() == []


def test_what_is_redriven_is_tried_again(broker: Broker) -> None:
    broker.send_all(*BAD)
    broker.has_found(len(BAD))
    assert broker.dead.redrive(1) == 1
    broker.has_found(len(BAD) + 1)
    assert {each.body for each in broker.shown()} == set(BAD)
    assert broker.dead.redrive(ALL) == len(BAD)
    broker.has_found(2 * len(BAD) + 1)
    assert len(broker.shown()) == len(BAD)
