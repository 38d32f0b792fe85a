"""Two processes that serve and some that work share a broker; whatever happens to it, no timeline differs."""

import random
import signal
import threading
from collections.abc import Callable
from contextlib import closing

import psycopg
import pytest

from cluster.engines.kafka_server import KafkaServer
from cluster.engines.own_kafka import OwnKafka
from domain.events import TweetCreated
from infrastructure.events.codec import encode
from infrastructure.kafka.address import parse
from infrastructure.kafka.dead_sending import ORIGIN
from infrastructure.kafka.topics import make_topics
from tests.engines.fleet import Fleet, StartFleet
from tests.engines.test_work import REFUSE_BEN
from tests.engines.until import until
from tests.fakes.log import json_lines
from tests.http.client import JSON, Client
from tests.http.wire import OverSocket
from tests.kafka.crowd import AUTHORS, TAKEN, WAITING, Crowd
from tests.kafka.sides import SHORT

SENT = "perch_event_hints_sent_total"
DROPPED = "perch_event_hints_dropped_total"
DEAD = "perch_dead_events_total"
LATE = "perch_timeline_window_violations_total"

SETTINGS = {"TIMELINE_WINDOW_SECONDS": "10", "TIMELINE_CAPACITY": "100000"}
"""Rows fall due after five seconds, so that a busy machine has five more. No entry is trimmed, however many tweets a
fast machine publishes until something has happened."""

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
POISON = 10_000
PAUSE_SECONDS = 4.0
"""Longer than `max.poll.interval.ms` and the session in these tests."""


@pytest.fixture
def crowd_on(start_fleet: StartFleet, postgres_database: str) -> Callable[[str], tuple[Fleet, Crowd]]:
    def start(url: str) -> tuple[Fleet, Crowd]:
        fleet = start_fleet(serve=2, work=2, EVENTS_URL=url, **SETTINGS)
        return fleet, Crowd(fleet, postgres_database)

    return start


CrowdOn = Callable[[str], tuple[Fleet, Crowd]]


def test_hints_come_through_the_broker_before_rows_are_due(broker_url: str, crowd_on: CrowdOn) -> None:
    fleet, crowd = crowd_on(broker_url)
    crowd.publish_until(lambda: crowd.counted(TAKEN))
    until(lambda: crowd.counted(SENT) + crowd.counted(DROPPED) == len(crowd.published))
    taken, dropped = crowd.counted(TAKEN), crowd.counted(DROPPED)
    crowd.publish(60)
    until(lambda: crowd.counted(TAKEN) >= taken + 60)
    crowd.check()
    # A broker that has just started may take longer for its first hints than they are kept.
    until(lambda: crowd.counted(SENT) + crowd.counted(DROPPED) == len(crowd.published))
    assert crowd.counted(DROPPED) == dropped
    assert crowd.counted(LATE) == 0
    assert len(fleet.works) == 2


def test_the_trace_of_a_request_is_in_the_log_of_the_worker(
    start_fleet: StartFleet, broker_url: str, postgres_database: str
) -> None:
    settings = {"DELIVERY_MAX_ATTEMPTS": "1", "TIMELINE_WINDOW_SECONDS": "60"}
    fleet = start_fleet(serve=1, work=1, EVENTS_URL=broker_url, **settings)
    crowd = Crowd(fleet, postgres_database)
    crowd.publish_until(lambda: crowd.counted(TAKEN))
    until(lambda: crowd.ask(WAITING) == [(0,)], 60)
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        connection.execute(REFUSE_BEN)
    with closing(OverSocket(fleet.serves[0].url)) as transport:
        author, parent = ("X-User-Id", AUTHORS[0]), ("Traceparent", f"00-{TRACE}-00f067aa0ba902b7-01")
        answer = Client(transport).send("POST", "/v1/tweets", author, parent, JSON, body=b'{"text": "hello"}')
        assert answer.status == 201

    def given_up() -> list[dict[str, object]]:
        return [line for line in json_lines(fleet.works[0].log()) if line["event"] == "tweet_dead_lettered"]

    until(given_up)
    [line] = given_up()
    assert (line["trace_id"], line["author_id"]) == (TRACE, AUTHORS[0])


@pytest.mark.timeout(600)
def test_nothing_is_lost_or_late_while_the_broker_fails_in_every_way(
    breakable_kafka: OwnKafka, crowd_on: CrowdOn
) -> None:
    url = breakable_kafka.proxied.new_url(partitions=6, **SHORT)
    make_topics(parse(url))
    _, crowd = crowd_on(url)
    proxy = breakable_kafka.proxy

    def back() -> None:
        proxy.cut()
        proxy.forward()

    faults: list[tuple[Callable[[], object], Callable[[], object]]] = [
        (breakable_kafka.kill, breakable_kafka.start),
        (proxy.black_hole, back),
        (proxy.cut, lambda: None),
        (proxy.ignore, back),
        (breakable_kafka.pause, breakable_kafka.resume),
        (breakable_kafka.lose_data, lambda: make_topics(parse(url))),
    ]
    for fail, mend in faults:
        crowd.publish(12)
        fail()
        crowd.publish(30)
        until(lambda: crowd.ask(WAITING) == [(0,)], 60)
        mend()
        before = crowd.counted(TAKEN)
        crowd.publish_until(lambda before=before: crowd.counted(TAKEN) > before)  # type: ignore[misc]
    crowd.check()
    assert crowd.counted(LATE) == 0


def test_a_worker_that_was_paused_for_too_long_loses_and_doubles_nothing(broker_url: str, crowd_on: CrowdOn) -> None:
    fleet, crowd = crowd_on(broker_url)
    crowd.publish_until(lambda: crowd.counted(TAKEN))
    paused, other = fleet.works
    paused.process.send_signal(signal.SIGSTOP)
    resumed = threading.Event()
    timer = threading.Timer(PAUSE_SECONDS, resumed.set)
    timer.start()
    while not resumed.is_set():
        crowd.publish(6)
    paused.process.send_signal(signal.SIGCONT)
    timer.join()
    crowd.publish(60)
    crowd.check()
    assert other.process.poll() is None


def test_hints_that_come_twice_and_in_any_order_change_nothing(
    broker_url: str, crowd_on: CrowdOn, kafka_server: KafkaServer
) -> None:
    _, crowd = crowd_on(broker_url)
    crowd.publish_until(lambda: crowd.counted(TAKEN))
    crowd.publish(60)
    again = [encode(TweetCreated(tweet_id, author)) for author, tweet_id in crowd.published for _ in range(3)]
    random.shuffle(again)
    taken = crowd.counted(TAKEN)
    kafka_server.send(parse(broker_url).topic, *again)
    crowd.publish(30)
    until(lambda: crowd.counted(TAKEN) >= taken + len(again) + 30)
    crowd.check()


@pytest.mark.timeout(600)
def test_ten_thousand_poison_messages_stop_no_good_one(
    broker_url: str, crowd_on: CrowdOn, kafka_server: KafkaServer
) -> None:
    _, crowd = crowd_on(broker_url)
    crowd.publish_until(lambda: crowd.counted(TAKEN))
    poison = [b"junk", b'{"version":2}', b'{"version":1}', b"", b"\xff" * 100]
    for _ in range(10):
        kafka_server.send(parse(broker_url).topic, *(poison * (POISON // 10 // len(poison))))
        crowd.publish(6)
    until(lambda: crowd.counted(DEAD) >= POISON, 60)
    crowd.check()
    address = parse(broker_url)
    # A worker that was thought dead leaves some to be found again.
    assert len({dict(each.headers() or [])[ORIGIN] for each in kafka_server.messages(address.dead_topic)}) == POISON
    assert crowd.counted(LATE) == 0
