"""The dead-letter queue: what kills workers and what is no hint gets there, with its reason, and can be taken back."""

import signal
import sys
import time

import pytest

from cluster.engines.own_moto import OwnMoto
from cluster.perch_process import run
from domain.events import TweetCreated
from infrastructure.aws.address import Address
from infrastructure.aws.dead_events import NOT_FINISHED
from infrastructure.aws.opening import prepare
from infrastructure.aws.queue import BATCH_BYTES
from infrastructure.events.codec import encode
from infrastructure.events.dead import DeadEvent
from tests.aws.conftest import MAX_RECEIVE_COUNT
from tests.engines.own_elasticmq import OwnElasticMq
from tests.engines.until import until
from tests.fakes.aws import dead_events, queues, taking, url_of

SHORT_VISIBILITY = 1
SECONDS = 30.0
RUN_SECONDS = 60.0
EMPTY = {"visible": 0, "taken": 0}
LONG_BODY = "x" * 150_000


def hint(tweet_id: int, author: str = "alice") -> str:
    return encode(TweetCreated(tweet_id, author, "")).decode()


def shown(address: Address, limit: int = 1000) -> list[DeadEvent]:
    with dead_events(address) as dead:
        return list(dead.show(limit))


def test_a_hint_that_kills_each_worker_is_dead_after_as_many_as_the_policy_says(
    elasticmq: OwnElasticMq, queues_alone: Address
) -> None:
    elasticmq.send(queues_alone.queue, hint(1), hint(2, "killer"), hint(3))
    url = url_of(queues_alone)
    command = [sys.executable, "-m", "tests.aws.killed_by", url, "killer", str(SHORT_VISIBILITY)]
    ends = []
    while 0 not in ends:
        ends.append(run(command, RUN_SECONDS, elasticmq.settings()).returncode)
        assert len(ends) <= MAX_RECEIVE_COUNT + 1
    assert ends == [-signal.SIGKILL] * MAX_RECEIVE_COUNT + [0]
    assert elasticmq.depth(queues_alone.queue) == EMPTY
    # What was in hand beside it may be taken as often.
    [killer] = [event for event in shown(queues_alone) if b"killer" in event.body]
    assert killer.body == hint(2, "killer").encode()
    assert killer.reason == NOT_FINISHED
    assert killer.origin.endswith(f":{queues_alone.queue}")


def test_what_is_no_hint_is_dead_with_reason_time_and_origin(elasticmq: OwnElasticMq, queues_alone: Address) -> None:
    before = time.time_ns() // 1_000_000
    strange = ["no JSON", '{"version": 2}', "{}", "[]", "\N{SNOWMAN}" * 100, LONG_BODY, LONG_BODY]
    elasticmq.send(queues_alone.queue, *strange[:5])
    for body in (*strange[5:], hint(7)):
        elasticmq.send(queues_alone.queue, body)
    with taking(queues_alone) as work:
        taken = work.source.take(SECONDS)
        assert taken is not None
        assert taken.event.tweet_id == 7
        work.source.done(taken)
        until(lambda: work.source.counts().dead == len(strange))
        until(lambda: elasticmq.depth(queues_alone.queue) == EMPTY)
    after = time.time_ns() // 1_000_000
    events = shown(queues_alone)
    assert sorted(event.body.decode() for event in events) == sorted(strange)
    by_body = {event.body.decode(): event for event in events}
    assert by_body["no JSON"].reason.startswith("It is not JSON")
    assert by_body['{"version": 2}'].reason == "The version is 2; this Perch reads version 1."
    assert all(before <= event.failed_at_ms <= after for event in events)
    assert {event.origin.rpartition(":")[2] for event in events} == {queues_alone.queue}


def test_showing_leaves_them_there(elasticmq: OwnElasticMq, queues_alone: Address) -> None:
    elasticmq.send(queues_alone.dead_queue, *(f"strange {number}" for number in range(25)))
    for _ in range(2):
        assert len({event.body for event in shown(queues_alone)}) == 25
        assert elasticmq.depth(queues_alone.dead_queue) == {"visible": 25, "taken": 0}
    assert len(shown(queues_alone, 12)) == 12
    assert elasticmq.depth(queues_alone.dead_queue) == {"visible": 25, "taken": 0}


def test_they_are_redriven_and_dropped_up_to_a_limit(elasticmq: OwnElasticMq, queues_alone: Address) -> None:
    elasticmq.send(queues_alone.dead_queue, *(hint(number) for number in range(1, 31)))
    with dead_events(queues_alone) as dead:
        assert dead.redrive(12) == 12
        assert elasticmq.depth(queues_alone.queue) == {"visible": 12, "taken": 0}
        assert dead.drop(5) == 5
        assert dead.redrive(1 << 62) == 13
        assert dead.drop(1 << 62) == 0
    assert elasticmq.depth(queues_alone.dead_queue) == EMPTY
    with taking(queues_alone) as work:
        for _ in range(25):
            taken = work.source.take(SECONDS)
            assert taken is not None
            work.source.done(taken)
        until(lambda: elasticmq.depth(queues_alone.queue) == EMPTY)


def test_what_is_strange_still_is_dead_again_after_it_was_redriven_and_the_redrive_ends(
    elasticmq: OwnElasticMq, queues_alone: Address
) -> None:
    elasticmq.send(queues_alone.dead_queue, *(f"strange {number}" for number in range(40)))
    with taking(queues_alone) as work, dead_events(queues_alone) as dead:
        assert dead.redrive(1 << 62) >= 40
        until(lambda: work.source.counts().dead >= 40)
        until(lambda: elasticmq.depth(queues_alone.queue) == EMPTY)
    assert len({event.body for event in shown(queues_alone)}) == 40


def test_the_documented_move_task_takes_them_back(elasticmq: OwnElasticMq, queues_alone: Address) -> None:
    elasticmq.send(queues_alone.dead_queue, *(hint(number) for number in range(1, 21)))
    with queues(queues_alone) as (main, dead), elasticmq.sqs() as client:
        client.start_message_move_task(SourceArn=dead.arn(), DestinationArn=main.arn())
    with taking(queues_alone) as work:
        taken = [work.source.take(SECONDS) for _ in range(20)]
    assert {each.event.tweet_id for each in taken if each} == set(range(1, 21))


@pytest.mark.parametrize("method", ["redrive", "drop"])
def test_an_empty_queue_has_nothing_to_take(elasticmq: OwnElasticMq, queues_alone: Address, method: str) -> None:
    del elasticmq
    with dead_events(queues_alone) as dead:
        assert getattr(dead, method)(10) == 0
    assert shown(queues_alone) == []


def test_what_is_too_long_for_a_message_is_left_to_the_policy(elasticmq: OwnElasticMq, queues_alone: Address) -> None:
    body = "x" * (BATCH_BYTES + 1)
    elasticmq.send(queues_alone.queue, body)
    elasticmq.send(queues_alone.queue, "short")
    with taking(queues_alone, visibility_seconds=SHORT_VISIBILITY) as work:
        until(lambda: elasticmq.depth(queues_alone.dead_queue)["visible"] == 2)
        assert work.source.counts().dead == 1
        assert not any(circuit.is_open for circuit in work.circuits)
    reasons = {event.body.decode(): event.reason for event in shown(queues_alone)}
    assert reasons[body] == NOT_FINISHED
    assert reasons["short"].startswith("It is not JSON")


def test_without_the_dead_letter_queue_what_is_no_hint_stays_and_hints_are_taken(
    moto: OwnMoto, address: Address
) -> None:
    # SQS moves the message after the fifth receive, some visibilities after the third, which opens the circuit.
    with moto.sqs() as client, taking(address, visibility_seconds=3) as work:
        client.delete_queue(QueueUrl=client.get_queue_url(QueueName=address.dead_queue)["QueueUrl"])
        moto.send(address.queue, "strange", hint(1))
        taken = work.source.take(SECONDS)
        assert taken is not None
        work.source.done(taken)
        [burying] = [circuit for circuit in work.circuits if circuit.engine == "sqs-dlq"]
        until(lambda: burying.is_open)
        assert sum(moto.depth(address.queue).values()) >= 1
        prepare(url_of(address))
        until(lambda: work.source.counts().dead == 1)
        until(lambda: not burying.is_open)
        until(lambda: moto.depth(address.queue) == EMPTY)
    assert [event.body for event in shown(address)] == [b"strange"]
