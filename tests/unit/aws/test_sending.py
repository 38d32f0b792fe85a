"""Hints that SNS does not take are dropped at once."""

from collections.abc import Iterator

import pytest

from cluster.engines.ports import LOCALHOST, ReservedPort
from domain.events import TweetCreated
from infrastructure.aws.opening import open_sending
from infrastructure.events.broker import Broker
from tests.engines.until import until

HINTS = 20_000
"""At ten in 0.1 s they would wait for minutes."""


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Broker]:
    """The sending side where nothing listens."""
    port = ReservedPort()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{LOCALHOST}:{port.number}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    made = open_sending("sqs://eu-west-1/perch-tweet-created", HINTS)
    yield made
    made.close()
    port.release()


def test_none_waits_for_a_service_that_is_down(broker: Broker) -> None:
    for number in range(HINTS):
        broker.events.hint(TweetCreated(number + 1, "ada"))
    until(lambda: broker.events.counts().dropped == HINTS)
    assert broker.events.counts().depth == 0
    assert broker.circuits[0].is_open
