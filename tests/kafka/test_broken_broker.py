"""A broker that is absent, gone, silent or without its data: a hint never waits, and all goes on by itself."""

import time

import pytest

from cluster.engines.own_kafka import OwnKafka
from cluster.engines.ports import LOCALHOST, ReservedPort
from domain.errors import Unavailable
from infrastructure.events.taken import Events, EventSource, Taken
from infrastructure.kafka.address import parse
from infrastructure.kafka.topics import make_topics
from tests.engines.until import until
from tests.kafka.sides import SHORT, Sides, finished, hint, sides_at, take

HINT_SECONDS_MAX = 0.5
"""Far more than a hint takes, and far less than any wait for the network."""

BACK_SECONDS = 60.0


def arrives(sender: Events, source: EventSource, first: int = 1_000_000) -> None:
    next_id = iter(range(first, first + 100_000))

    def arrived() -> bool:
        sender.hint(hint(next(next_id)))
        taken = source.take(0.2)
        return taken is not None and finished(source, taken) >= first

    until(arrived, BACK_SECONDS)


def test_a_broker_that_is_absent_at_the_start_is_used_when_it_comes(breakable_kafka: OwnKafka) -> None:
    url = breakable_kafka.new_url(partitions=3, **SHORT)
    make_topics(parse(url))
    breakable_kafka.kill()
    with sides_at(url) as sides:
        sender, source = sides.sender(), sides.source()
        sender.hint(hint(1))
        assert source.take(0.2) is None
        breakable_kafka.start()
        arrives(sender, source)


def test_topics_that_are_absent_at_the_start_are_used_when_they_come(breakable_kafka: OwnKafka) -> None:
    url = breakable_kafka.new_url(partitions=3, **SHORT)
    with sides_at(url) as sides:
        sender, source = sides.sender(), sides.source()
        sender.hint(hint(1))
        assert source.take(0.2) is None
        make_topics(parse(url))
        arrives(sender, source)


def test_a_broker_that_is_killed_and_comes_back_is_used_again(
    breakable_kafka: OwnKafka, proxied_sides: Sides, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "perch.events")
    sender, source = proxied_sides.sender(), proxied_sides.source()
    arrives(sender, source)
    until(lambda: sender.counts().depth == 0)
    dropped = sender.counts().dropped
    breakable_kafka.kill()
    started = time.monotonic()
    for tweet_id in range(1, 51):
        sender.hint(hint(tweet_id))
    assert time.monotonic() - started < HINT_SECONDS_MAX
    until(lambda: sender.counts().dropped == dropped + 50)
    breakable_kafka.start()
    arrives(sender, source, 2_000_000)
    events = [record.getMessage().split()[0] for record in caplog.records if record.name == "perch.events"]
    assert {"broker_trouble", "hints_dropped", "broker_back"} <= set(events)
    assert len(events) < 20, "a broker that is down is not worth many lines"


def test_a_silent_broker_stops_no_hint_and_a_full_buffer_drops(breakable_kafka: OwnKafka, proxied_sides: Sides) -> None:
    sender, source = proxied_sides.sender(capacity=10), proxied_sides.source()
    arrives(sender, source)
    until(lambda: sender.counts().depth == 0)
    dropped = sender.counts().dropped
    breakable_kafka.proxy.black_hole()
    started = time.monotonic()
    for tweet_id in range(1, 101):
        sender.hint(hint(tweet_id))
    assert time.monotonic() - started < HINT_SECONDS_MAX
    assert sender.counts().depth == sender.counts().capacity == 10
    assert sender.counts().dropped == dropped + 90
    until(lambda: sender.counts().dropped == dropped + 100)
    breakable_kafka.proxy.cut()
    breakable_kafka.proxy.forward()
    arrives(sender, source, 2_000_000)


def test_a_broker_that_lost_all_its_data_is_used_again_when_the_topics_are_made(
    breakable_kafka: OwnKafka, proxied_sides: Sides
) -> None:
    sender, source = proxied_sides.sender(), proxied_sides.source()
    arrives(sender, source)
    held = take_one(sender, source)
    breakable_kafka.lose_data()
    source.done(held)
    make_topics(proxied_sides.address)
    arrives(sender, source, 2_000_000)


def test_a_client_whose_id_another_got_after_all_data_were_lost_is_replaced(
    breakable_kafka: OwnKafka, proxied_sides: Sides, caplog: pytest.LogCaptureFixture
) -> None:
    """The broker begins its ids anew, so it may take two clients for one, whose messages have no order."""
    first, source = proxied_sides.sender(), proxied_sides.source()
    arrives(first, source)
    breakable_kafka.lose_data()
    make_topics(proxied_sides.address)
    arrives(proxied_sides.sender(), source, 2_000_000)
    arrives(first, source, 3_000_000)
    assert "background_failed" not in caplog.text


def take_one(sender: Events, source: EventSource) -> Taken:
    sender.hint(hint(5))
    return take(source)


def test_a_close_does_not_wait_for_a_silent_broker(breakable_kafka: OwnKafka, proxied_sides: Sides) -> None:
    sender, source = proxied_sides.sender(), proxied_sides.source()
    arrives(sender, source)
    breakable_kafka.proxy.black_hole()
    sender.hint(hint(1))
    started = time.monotonic()
    sender.close()
    source.close()
    assert time.monotonic() - started < 15.0


def test_topics_cannot_be_made_without_a_broker() -> None:
    port = ReservedPort()
    with pytest.raises(Unavailable, match="Kafka"):
        make_topics(parse(f"kafka://{LOCALHOST}:{port.number}/nothing"), 1.0)
    port.release()
