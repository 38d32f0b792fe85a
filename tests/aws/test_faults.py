"""SNS and SQS fail, lose everything, repeat and reorder: each tweet is in each timeline once, in time, all the same."""

import random
import signal
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster.engines.own_moto import OwnMoto
from cluster.engines.proxy import Proxy
from cluster.perch_process import WorkProcess
from domain.events import TweetCreated
from infrastructure.aws.address import Address
from infrastructure.aws.opening import prepare
from infrastructure.events.codec import encode
from tests.aws.crowd import AUTHOR, Ask, Crowd, total
from tests.aws.work_briefly import GO
from tests.engines.fleet import WITHOUT_KEY, Fleet, StartFleet, metrics
from tests.engines.own_elasticmq import OwnElasticMq
from tests.engines.test_work import ask
from tests.engines.until import until
from tests.fakes.aws import dead_events, found_by_boto3, url_of
from tests.integration.effort import LONG

__all__ = ["ask"]

IN_TIME_SECONDS = 30.0
"""Rows are due after 2.5 s; the rest is for a busy machine."""

NO_DUE_ROWS = {"TIMELINE_WINDOW_SECONDS": "60"}
"""Rows are due after half a minute: then only are tweets pushed whose hints a busy emulator did not take in time."""

UNTRIMMED = {"TIMELINE_CAPACITY": "100000"}
"""However many tweets a fast machine publishes until something has happened."""

SENT, DROPPED = "perch_event_hints_sent_total", "perch_event_hints_dropped_total"
STOP_SECONDS = 20.0
POISON = 10_000 if LONG else 2000
SEED = 16
EMPTY = {"visible": 0, "taken": 0}


@pytest.fixture
def settings(moto: OwnMoto, address: Address) -> dict[str, str]:
    return {"EVENTS_URL": url_of(address), **moto.settings()}


def hint(tweet_id: int) -> str:
    return encode(TweetCreated(tweet_id, AUTHOR, "")).decode()


def test_killed_and_back_without_data(
    start_fleet: StartFleet, moto: OwnMoto, address: Address, settings: dict[str, str], ask: Ask
) -> None:
    fleet = start_fleet(serve=2, work=2, **settings, **UNTRIMMED)
    crowd = Crowd(fleet, ask)
    crowd.publish(20)
    moto.kill()
    crowd.publish(20)
    assert crowd.all_is_pushed() < IN_TIME_SECONDS
    moto.start()
    crowd.publish(20)
    assert crowd.all_is_pushed() < IN_TIME_SECONDS
    prepare(url_of(address))
    taken = total(fleet, "perch_event_hints_taken_total")
    until(lambda: crowd.publish(1) and total(fleet, "perch_event_hints_taken_total") > taken)
    crowd.all_is_pushed()


def test_a_black_hole_costs_publishers_nothing_and_pushes_no_more_than_the_due_time(
    start_fleet: StartFleet, moto: OwnMoto, address: Address, proxied: Proxy, ask: Ask
) -> None:
    settings = {"EVENTS_URL": url_of(address), **moto.settings(proxied.port), **UNTRIMMED}
    fleet = start_fleet(serve=1, work=1, **settings)
    crowd = Crowd(fleet, ask)
    crowd.publish(60)
    crowd.all_is_pushed()
    well = statistics.median(crowd.seconds)
    crowd.seconds.clear()
    proxied.black_hole()
    proxied.ignore()
    crowd.publish(60)
    assert crowd.all_is_pushed() < IN_TIME_SECONDS
    lost = statistics.median(crowd.seconds)
    print(f"publish p50: {well * 1000:.1f} ms, in the black hole {lost * 1000:.1f} ms")
    assert lost < 3 * well + 0.05
    until(lambda: metrics(fleet.works[0])['perch_engine_up{engine="sqs"}'] == 0)
    until(lambda: metrics(fleet.serves[0])['perch_engine_up{engine="sns"}'] == 0)
    [stopped] = fleet.work(1)
    began = time.monotonic()
    stopped.stop()
    assert time.monotonic() - began < STOP_SECONDS
    proxied.cut()
    proxied.forward()
    until(lambda: metrics(fleet.works[0])['perch_engine_up{engine="sqs"}'] == 1)
    taken = total(fleet, "perch_event_hints_taken_total")
    until(lambda: crowd.publish(1) and total(fleet, "perch_event_hints_taken_total") > taken)
    crowd.all_is_pushed()


def test_repeated_and_reordered(
    start_fleet: StartFleet, moto: OwnMoto, address: Address, settings: dict[str, str], ask: Ask
) -> None:
    fleet = start_fleet(serve=1, **settings)
    crowd = Crowd(fleet, ask)
    tweets = crowd.publish(30)
    until(lambda: total(fleet, SENT) + total(fleet, DROPPED) == 30)
    repeated = [hint(tweet) for tweet in tweets for _ in range(3)]
    random.Random(SEED).shuffle(repeated)
    moto.send(address.queue, *repeated)
    fleet.work(2)
    crowd.all_is_pushed()
    until(lambda: moto.depth(address.queue) == EMPTY)
    # moto may give a message to two at once.
    assert total(fleet, "perch_event_hints_taken_total") >= 90
    assert total(fleet, "perch_dead_events_total") == 0


@pytest.fixture
def go(tmp_path: Path) -> Path:
    """The file that lets the brief worker deliver."""
    return tmp_path / "go"


@pytest.fixture
def brief_work(
    start_fleet: StartFleet, settings: dict[str, str], postgres_database: str, tmp_path: Path, go: Path
) -> Iterator[tuple[Fleet, WorkProcess]]:
    """A fleet that serves, and a worker from which others get hints after two seconds without a sign of life."""
    fleet = start_fleet(serve=1, **NO_DUE_ROWS, **settings)
    program = [*WITHOUT_KEY, sys.executable, "-m", "tests.aws.work_briefly"]
    environment = {"DATABASE_URL": postgres_database, GO: str(go), **NO_DUE_ROWS, **settings}
    with WorkProcess(tmp_path / "brief.log", program=program, **environment) as work:
        yield fleet, work
        work.process.send_signal(signal.SIGCONT)


def test_a_worker_that_is_paused_for_longer_than_it_keeps_hints(
    brief_work: tuple[Fleet, WorkProcess], moto: OwnMoto, address: Address, ask: Ask, go: Path
) -> None:
    fleet, paused = brief_work
    crowd = Crowd(fleet, ask)
    until(lambda: crowd.publish(1) and total(fleet, SENT))
    crowd.publish(12)
    until(lambda: total(fleet, SENT) + total(fleet, DROPPED) == len(crowd.tweets))
    until(lambda: metrics(paused)["perch_event_queue_depth"] >= total(fleet, SENT))
    paused.process.send_signal(signal.SIGSTOP)
    until(lambda: moto.depth(address.queue)["visible"] >= total(fleet, SENT))
    fleet.work(1)
    crowd.all_is_pushed()
    until(lambda: moto.depth(address.queue) == EMPTY)
    go.touch()
    paused.process.send_signal(signal.SIGCONT)
    until(lambda: metrics(paused)["perch_event_hints_taken_total"] > 0)
    crowd.publish(12)
    crowd.all_is_pushed()
    until(lambda: moto.depth(address.queue) == EMPTY)


@pytest.mark.timeout(600)
def test_much_poison_among_good_hints(
    start_fleet: StartFleet, elasticmq: OwnElasticMq, queues_alone: Address, ask: Ask
) -> None:
    """The hints are the test's own: ElasticMQ has no SNS."""
    fleet = start_fleet(serve=1, EVENTS_URL=url_of(queues_alone), **elasticmq.settings())
    crowd = Crowd(fleet, ask)
    tweets = crowd.publish(100)
    bodies = [f"poison {number}" for number in range(POISON)] + [hint(tweet) for tweet in tweets for _ in range(2)]
    random.Random(SEED).shuffle(bodies)
    began = time.monotonic()
    elasticmq.send(queues_alone.queue, *bodies)
    fleet.work(2)
    assert crowd.all_is_pushed() < IN_TIME_SECONDS
    until(lambda: elasticmq.depth(queues_alone.queue) == EMPTY, 300.0)
    print(f"{len(bodies)} messages, {POISON} of them poison, in {time.monotonic() - began:.1f} s")
    assert elasticmq.depth(queues_alone.dead_queue)["visible"] >= POISON
    with found_by_boto3(elasticmq), dead_events(queues_alone) as dead:
        found = list(dead.show(2 * POISON))
    assert {event.body for event in found} == {f"poison {number}".encode() for number in range(POISON)}
    assert all(event.reason.startswith("It is not JSON") for event in found)
