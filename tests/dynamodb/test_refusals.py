"""DynamoDB refuses requests, takes parts of batches, and reads late: nothing is lost, and nobody waits for long."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from cluster.engines.dynamodb_server import REGION
from cluster.engines.own_dynalite import OwnDynalite
from domain.errors import Unavailable
from domain.timeline import TimelineView
from infrastructure.dynamodb.client import THROTTLED, open_client
from infrastructure.dynamodb.partitions import DynamoPartitions
from infrastructure.dynamodb.senders import Senders
from infrastructure.dynamodb.writes import BATCH, PATIENCE_SECONDS, Writes
from infrastructure.no_timelines import LOGS_ALONE
from infrastructure.outside.circuit import FAILURES
from infrastructure.outside.engine import OutsideEngine
from infrastructure.time_left import REQUEST_SECONDS, begin_request, end_request
from tests.dynamodb.faulty import SERVER_ERROR, FaultyDynamo
from tests.dynamodb.made import ALL, NEWEST, build, ids, opened
from tests.engines.until import until
from tests.integration.watched import Wrapper

READERS = [f"reader{number}" for number in range(2 * BATCH + 1)]
FOR_EVER = 1_000_000


@pytest.fixture
def faulty(dynamodb: OwnDynalite) -> Iterator[FaultyDynamo]:
    with FaultyDynamo(dynamodb.port) as running:
        yield running


@pytest.fixture
def engine(dynamodb: OwnDynalite, faulty: FaultyDynamo) -> Iterator[OutsideEngine]:
    """The timelines of all readers, with nothing in them."""
    with opened(dynamodb, faulty.port) as engine:
        for reader in READERS:
            build(engine.timelines, user_id=reader)
        yield engine


def have(engine: OutsideEngine, tweet_id: int) -> int:
    """Returns how many have the tweet."""
    return sum(tweet_id in ids(engine.timelines, reader) for reader in READERS)


def test_a_push_sends_batches_of_25(engine: OutsideEngine, faulty: FaultyDynamo) -> None:
    faulty.asked.clear()
    assert engine.timelines.push(7, READERS) == len(READERS)
    assert faulty.asked == {"BatchWriteItem": 3}
    assert have(engine, 7) == len(READERS)


@pytest.mark.parametrize("taken", [0, 3, BATCH - 1])
def test_what_a_batch_left_is_sent_again(engine: OutsideEngine, faulty: FaultyDynamo, taken: int) -> None:
    faulty.leave(taken, times=5)
    engine.timelines.push(7, READERS)
    assert have(engine, 7) == len(READERS)


@pytest.mark.parametrize("code", sorted(THROTTLED))
def test_what_is_throttled_is_sent_again(engine: OutsideEngine, faulty: FaultyDynamo, code: str) -> None:
    faulty.refuse(code, times=5)
    engine.timelines.push(7, READERS)
    assert have(engine, 7) == len(READERS)
    assert not engine.circuit.openings


def test_a_push_that_is_throttled_for_long_fails_and_can_be_repeated(
    engine: OutsideEngine, faulty: FaultyDynamo
) -> None:
    faulty.refuse("ThrottlingException", FOR_EVER)
    with pytest.raises(Unavailable, match="does not take all writes now"):
        engine.timelines.push(7, READERS)
    assert engine.timelines.view(READERS[0], 0, NEWEST, ALL) == LOGS_ALONE
    assert not engine.circuit.openings
    faulty.mend()
    engine.timelines.push(7, READERS)
    assert have(engine, 7) == len(READERS)


def test_a_request_does_not_wait_long_for_a_merge(engine: OutsideEngine, faulty: FaultyDynamo) -> None:
    generation = engine.timelines.install("alice").generation
    faulty.refuse("ThrottlingException", FOR_EVER)
    begin_request(None)
    try:
        started = time.monotonic()
        engine.timelines.merge("alice", generation, range(1, 100), 0, 1)
        assert time.monotonic() - started < PATIENCE_SECONDS / 2
    finally:
        end_request()
    faulty.mend()
    assert engine.timelines.view("alice", 0, NEWEST, ALL).mark == 0


def test_a_request_without_time_asks_for_nothing(engine: OutsideEngine, faulty: FaultyDynamo) -> None:
    faulty.asked.clear()
    begin_request(time.monotonic() - REQUEST_SECONDS)
    try:
        assert engine.timelines.view(READERS[0], 0, NEWEST, ALL) == LOGS_ALONE
    finally:
        end_request()
    assert not faulty.asked
    assert ids(engine.timelines, READERS[0]) == []


@pytest.mark.parametrize("babbles", [False, True])
def test_errors_of_the_server_open_the_circuit_until_it_answers(
    engine: OutsideEngine, faulty: FaultyDynamo, *, babbles: bool
) -> None:
    if babbles:
        faulty.babble(FOR_EVER)
    else:
        faulty.refuse("InternalServerError", FOR_EVER, status=SERVER_ERROR)
    for _ in range(FAILURES):
        assert engine.timelines.view(READERS[0], 0, NEWEST, ALL) == LOGS_ALONE
    assert engine.circuit.is_open
    faulty.mend()
    until(lambda: engine.timelines.view(READERS[0], 0, NEWEST, ALL) == TimelineView([], 0, 1))


def test_a_push_to_what_is_not_dynamodb_fails(engine: OutsideEngine, faulty: FaultyDynamo) -> None:
    faulty.babble(times=1)
    with pytest.raises(Unavailable, match="is not DynamoDB"):
        engine.timelines.push(7, READERS)


@pytest.mark.parametrize("body", [b"Willkommen, K\xf6nig", b"[]", b'"ok"', b"7"], ids=str)
def test_a_body_of_any_kind_is_no_answer(engine: OutsideEngine, faulty: FaultyDynamo, body: bytes) -> None:
    faulty.babble(1, body)
    with pytest.raises(Unavailable):
        engine.timelines.push(7, READERS)


def test_a_first_page_is_one_request_and_a_deeper_one_two(engine: OutsideEngine, faulty: FaultyDynamo) -> None:
    build(engine.timelines, *range(1, 101))
    for high, asked in ((NEWEST, 1), (100, 1), (51, 2)):
        faulty.asked.clear()
        view = engine.timelines.view("alice", 0, high, 10)
        assert list(view.ids) == list(range(min(high, 101) - 1, min(high, 101) - 11, -1))
        assert faulty.asked == {"Query": asked}


# The same without one rule each.


class Forgetful(Writes):
    """Believes that a batch was taken."""

    def _left_of(self, requests: Any) -> Any:  # noqa: ANN401
        super()._left_of(requests)
        return []


def test_without_sending_again_some_reader_misses_the_tweet(dynamodb: OwnDynalite, faulty: FaultyDynamo) -> None:
    assert missing(dynamodb, faulty, Writes) == []
    assert missing(dynamodb, faulty, Forgetful)


def missing(dynamodb: OwnDynalite, faulty: FaultyDynamo, kind: type[Writes]) -> list[str]:
    """Returns who misses a tweet although the push succeeded."""
    client = open_client(REGION, connections=1, endpoint_url=dynamodb.url_through(faulty.port), patience=ALL)
    senders = Senders("send", 1)
    partitions = DynamoPartitions(client, dynamodb.table, kind(client, dynamodb.table, senders), lambda: 0, 1)
    for reader in READERS:
        partitions.set_head(reader, 1, (0, 1))
    faulty.leave(3, times=2)
    tweet_id = 1 if kind is Writes else 2
    partitions.add(tweet_id, [(reader, 1) for reader in READERS])
    senders.close(PATIENCE_SECONDS)
    views = {reader: partitions.view(reader, 1, 0, NEWEST, ALL) for reader in READERS}
    client.close()
    return [reader for reader, found in views.items() if found is None or tweet_id not in found[1]]


class EventualReads(Wrapper):
    def query(self, *, ConsistentRead: bool, **asked: Any) -> Any:  # noqa: ANN401, ARG002, N803 - the API's name
        return self._store.query(**asked)


def test_without_consistent_reads_a_page_is_old(dynamodb: OwnDynalite, faulty: FaultyDynamo) -> None:
    client = open_client(REGION, connections=1, endpoint_url=dynamodb.url_through(faulty.port), patience=ALL)
    senders = Senders("send", 1)
    writes = Writes(client, dynamodb.table, senders)
    eventual: Any = EventualReads(client)
    consistent = DynamoPartitions(client, dynamodb.table, writes, lambda: 0, 1)
    late = DynamoPartitions(eventual, dynamodb.table, writes, lambda: 0, 1)
    faulty.read_late()
    consistent.set_head("alice", 1, (0, 1))
    for partitions, expected in ((consistent, [5]), (late, [5])):
        consistent.add(5, [("alice", 1)])
        assert partitions.view("alice", 1, 0, NEWEST, ALL) == ((0, 1), expected)
    consistent.add(6, [("alice", 1)])
    assert late.view("alice", 1, 0, NEWEST, ALL) == ((0, 1), [5])
    assert consistent.view("alice", 1, 0, NEWEST, ALL) == ((0, 1), [6, 5])
    senders.close(PATIENCE_SECONDS)
    client.close()
