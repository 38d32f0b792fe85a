"""Two processes that serve and some that work share a broker; whatever happens to it, no timeline differs."""

import random
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from domain.events import TweetCreated
from infrastructure.events.codec import encode
from infrastructure.kafka.address import parse
from infrastructure.kafka.topics import make_topics
from tests.e2e.conftest import RealData
from tests.engines import test_fleet_load as reed
from tests.engines.fleet import Fleet, StartFleet
from tests.engines.kafka_server import KafkaServer
from tests.engines.own_kafka import OwnKafka
from tests.engines.until import until
from tests.integration.effort import LONG
from tests.kafka.crowd import WAITING, Crowd
from tests.kafka.sides import SHORT

TAKEN = "perch_event_hints_taken_total"
SENT = "perch_event_hints_sent_total"
DROPPED = "perch_event_hints_dropped_total"
DEAD = "perch_dead_events_total"
LATE = "perch_timeline_window_violations_total"

WINDOW = {"TIMELINE_WINDOW_SECONDS": "10"}
"""Rows fall due after five seconds, so that a busy machine has five more."""

POISON = 10_000
PAUSE_SECONDS = 4.0
"""Longer than `max.poll.interval.ms` and the session in these tests."""


@pytest.fixture
def broker_url(kafka_server: KafkaServer) -> str:
    url = kafka_server.new_url(partitions=6, **SHORT)
    make_topics(parse(url))
    return url


@pytest.fixture
def crowd_on(start_fleet: StartFleet, postgres_database: str) -> Callable[[str], tuple[Fleet, Crowd]]:
    def start(url: str) -> tuple[Fleet, Crowd]:
        fleet = start_fleet(serve=2, work=2, EVENTS_URL=url, **WINDOW)
        return fleet, Crowd(fleet, postgres_database)

    return start


CrowdOn = Callable[[str], tuple[Fleet, Crowd]]


def test_hints_come_through_the_broker_before_rows_are_due(broker_url: str, crowd_on: CrowdOn) -> None:
    fleet, crowd = crowd_on(broker_url)
    crowd.publish_until(lambda: crowd.counted(TAKEN))
    taken = crowd.counted(TAKEN)
    crowd.publish(60)
    until(lambda: crowd.counted(TAKEN) >= taken + 60)
    crowd.check()
    assert crowd.counted(SENT) == len(crowd.published)
    assert crowd.counted(DROPPED) == crowd.counted(LATE) == 0
    assert len(fleet.works) == 2


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
    until(lambda: crowd.counted(DEAD) == POISON, 60)
    crowd.check()
    address = parse(broker_url)
    assert len(kafka_server.messages(address.dead_topic)) == POISON
    assert crowd.counted(LATE) == 0


@pytest.mark.timeout(2400 if LONG else 300)
def test_no_timeline_of_a_real_graph_differs_while_workers_are_killed_and_added(
    start_fleet: StartFleet, broker_url: str, real_data: RealData, tmp_path: Path, postgres_database: str
) -> None:
    graph = reed.part_of_graph(real_data("socfb-Reed98.edges"), tmp_path / "part.edges")
    tweets = reed.first_lines(real_data("tweets.txt"), tmp_path / "part.txt")
    files = ["--graph", graph, "--undirected", "--tweets", tweets, "--sample", reed.SAMPLE, "--prefix", reed.PREFIX]
    fleet = start_fleet(serve=2, work=3, EVENTS_URL=broker_url)
    with reed.entrance(tmp_path, fleet.serves) as url, workers_come_and_go(fleet) as kills:
        reed.load(fleet, "--url", url, *files)
    assert kills
    for serve in fleet.serves:
        reed.load(fleet, "--url", serve.url, *files, "--check")
    crowd = Crowd(fleet, postgres_database)
    until(lambda: crowd.ask(WAITING) == [(0,)], 60)
    assert crowd.counted(TAKEN) > 0


@contextmanager
def workers_come_and_go(fleet: Fleet) -> Iterator[list[int]]:
    """One worker after the other is killed, and another one is started."""
    over = threading.Event()
    kills: list[int] = []

    def go_on() -> None:
        while not over.wait(1.0):
            victim = next(work for work in fleet.works if work.process.poll() is None)
            victim.process.kill()
            victim.process.wait()
            kills.append(victim.process.pid)
            fleet.work(1)

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield kills
    finally:
        over.set()
        thread.join()
