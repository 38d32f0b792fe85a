"""The group of workers: what is not done is taken again, by whoever is there."""

from collections import Counter

from confluent_kafka import KafkaError

from cluster.engines.kafka_server import KafkaServer
from infrastructure.kafka.dead_sending import BODY_BYTES_MAX
from infrastructure.kafka.taking import KafkaSource
from tests.engines.until import until
from tests.kafka.sides import OpenSides, Sides, committed, finished, hint, take, take_ids

HINTS = 60
AUTHORS = 12


def send(sides: Sides, count: int = HINTS, first: int = 1) -> list[int]:
    """Sends hints of many authors, all of which the broker has then."""
    sender = sides.sender()
    ids = list(range(first, first + count))
    for tweet_id in ids:
        sender.hint(hint(tweet_id, f"user-{tweet_id % AUTHORS}"))
    until(lambda: sender.counts().sent == count)
    return ids


def test_what_is_done_is_not_taken_again(sides: Sides, kafka_server: KafkaServer) -> None:
    ids = send(sides)
    first = sides.source()
    assert sorted(take_ids(first, HINTS)) == ids
    first.close()
    assert committed(kafka_server, sides.address) == HINTS
    second = sides.source()
    [more] = send(sides, 1, HINTS + 1)
    assert take(second).event.tweet_id == more


def test_what_is_not_done_is_taken_again_after_a_stop(sides: Sides, kafka_server: KafkaServer) -> None:
    send(sides)
    first = sides.source()
    taken = [take(first) for _ in range(HINTS)]
    stuck = taken[HINTS // 2]
    for each in taken:
        if each is not stuck:
            first.done(each)
    first.close()
    assert committed(kafka_server, sides.address) < HINTS
    behind = [each for each in taken if each.receipt[0] is stuck.receipt[0] and each.receipt[1] >= stuck.receipt[1]]
    second = sides.source()
    assert [take(second).event for _ in behind] == [each.event for each in behind]


def test_offsets_are_committed_while_it_works_as_far_as_all_is_done(sides: Sides, kafka_server: KafkaServer) -> None:
    send(sides)
    source = sides.source()
    taken = [take(source) for _ in range(HINTS)]
    by_partition = Counter(each.receipt[0] for each in taken)
    stuck = {partition: next(each for each in taken if each.receipt[0] is partition) for partition in by_partition}
    for each in taken:
        if each not in stuck.values():
            source.done(each)
    largest = max(by_partition, key=by_partition.__getitem__)
    source.done(stuck[largest])
    until(lambda: committed(kafka_server, sides.address) == by_partition[largest])


def test_two_members_share_the_partitions_and_one_takes_over(sides: Sides) -> None:
    first, second = sides.source(), sides.source()
    next_id = iter(range(1, 100_000))
    sender = sides.sender()

    def both_take() -> bool:
        tweet_id = next(next_id)
        sender.hint(hint(tweet_id, f"user-{tweet_id % AUTHORS}"))
        for source in (first, second):
            if (taken := source.take(0.01)) is not None:
                finished(source, taken)
        return first.counts().taken > 0 and second.counts().taken > 0

    until(both_take)
    second.close()
    ids = set(send(sides, first=200_000))

    def took_all() -> bool:
        if (taken := first.take(0.1)) is not None:
            ids.discard(finished(first, taken))
        return not ids

    until(took_all)


def test_a_partition_that_was_given_away_while_paused_is_taken_from_again(sides: Sides) -> None:
    first = sides.source(capacity=2 * AUTHORS)
    ids = send(sides)
    until(lambda: first.counts().depth >= 2 * AUTHORS)
    second = sides.source()
    found: set[int] = set()

    def takes_all(*members: KafkaSource) -> bool:
        for source in members:
            if (taken := source.take(0.02)) is not None:
                found.add(finished(source, taken))
        return found >= set(ids)

    # Nobody takes from the first one, which stays paused until the second one has some of its partitions.
    until(lambda: takes_all(second) or second.counts().taken > 0)
    until(lambda: takes_all(first, second))
    second.close()
    # So few that it is not paused again.
    ids = send(sides, AUTHORS, first=1000)
    until(lambda: takes_all(first))


def test_nothing_is_lost_while_members_come_and_go(sides: Sides) -> None:
    ids = send(sides, 20)
    found: set[int] = set()
    members = [sides.source()]

    def found_all() -> bool:
        for source in members:
            if (taken := source.take(0.02)) is not None:
                found.add(finished(source, taken))
        return set(ids) <= found

    until(found_all)
    for round_ in range(3):
        ids = send(sides, 40, 1000 * (round_ + 1))
        members.append(sides.source())
        if round_ % 2:
            members.pop(0).close()
        until(found_all)


def test_members_without_partitions_that_join_anew_disturb_nobody(sides: Sides) -> None:
    members = [sides.source(empty_handed_seconds=0.5) for _ in range(5)]
    found: set[int] = set()
    ids: list[int] = []

    def found_all() -> bool:
        for source in members:
            if (taken := source.take(0.02)) is not None:
                found.add(finished(source, taken))
        return set(ids) <= found

    for round_ in range(10):
        ids += send(sides, 20, 1000 * (round_ + 1))
        until(found_all)


def test_a_delivery_longer_than_the_poll_interval_keeps_its_partition(
    kafka_server: KafkaServer, open_sides: OpenSides
) -> None:
    limits = {"heartbeat.interval.ms": 200, "session.timeout.ms": 3000, "max.poll.interval.ms": 3000}
    sides = open_sides(kafka_server.new_url(partitions=3, **limits))
    [tweet_id] = send(sides, 1)
    first = sides.source()
    held = take(first)
    second = sides.source()
    # Longer than max.poll.interval.ms: the group would have given the hint to the other member.
    assert second.take(7.0) is None
    first.done(held)
    assert held.event.tweet_id == tweet_id


def test_a_client_that_will_never_work_again_is_replaced(sides: Sides) -> None:
    sender, source = sides.sender(), sides.source()
    sender.hint(hint(1))
    assert take_ids(source, 1) == [1]
    until(lambda: sender.counts().sent == 1)
    client = sender._producer
    sender._log.failed(KafkaError(KafkaError._FATAL, "it lost track", True))
    until(lambda: sender._producer is not client)
    sender.hint(hint(2))
    assert take_ids(source, 1) == [2]
    until(lambda: sender.counts().sent == 2)


def test_the_largest_message_is_a_dead_event_and_stops_no_hint(sides: Sides, kafka_server: KafkaServer) -> None:
    for partition in range(3):
        kafka_server.send(sides.address.topic, b"x" * 999_000, key="k" * 500, partition=partition)
    source = sides.source()
    ids = send(sides, 12)
    assert sorted(take_ids(source, 12)) == ids
    until(lambda: source.take(0.1) is None and source.counts().dead >= 3)
    assert {len(each.value() or b"") for each in kafka_server.messages(sides.address.dead_topic)} == {BODY_BYTES_MAX}


def test_the_local_queue_is_bounded_and_nothing_behind_it_is_lost(sides: Sides) -> None:
    ids = send(sides, 900)
    source = sides.source(capacity=20)
    until(lambda: source.counts().depth >= 20)
    found: list[int] = []
    while len(found) < len(ids):
        assert source.counts().depth <= 20 + 200
        found.append(finished(source, take(source)))
    assert sorted(found) == ids
    for author in range(AUTHORS):
        of_author = [tweet_id for tweet_id in found if tweet_id % AUTHORS == author]
        assert of_author == sorted(of_author)
