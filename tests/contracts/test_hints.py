"""Hints may be lost, and giving one never waits. What is taken is what was sent, in the order of each author."""

from collections.abc import Iterator

import pytest

from domain.events import TweetCreated
from infrastructure.events.taken import EventSource, Taken
from infrastructure.memory.events import MemoryEvents
from tests.contracts.brokers import BROKERS, Hints, OpenHints
from tests.contracts.limits import HINTS_QUEUED
from tests.contracts.racing import JOIN_SECONDS, RACERS, race, race_of_twenty
from tests.engines.until import until


@pytest.fixture(params=BROKERS)
def hints(request: pytest.FixtureRequest) -> Iterator[Hints]:
    open_hints: OpenHints = request.param
    with open_hints(request) as opened:
        yield opened


@pytest.fixture
def queue() -> MemoryEvents:
    return MemoryEvents(HINTS_QUEUED)


def event(tweet_id: int, author_id: str = "alice") -> TweetCreated:
    return TweetCreated(tweet_id, author_id, f"trace-{tweet_id}")


def taken_from(source: EventSource) -> Taken:
    taken = source.take(JOIN_SECONDS)
    assert taken is not None
    return taken


def test_hints_of_an_author_are_taken_in_order_with_their_traces(hints: Hints) -> None:
    sent = [event(tweet_id) for tweet_id in (3, 1, 2)]
    for each in sent:
        hints.events.hint(each)
    taken = [taken_from(hints.source) for _ in sent]
    assert [each.event for each in taken] == sent


def test_hints_of_many_authors_are_all_taken(hints: Hints) -> None:
    sent = [event(number, f"user-{number % 7}") for number in range(1, HINTS_QUEUED)]
    for each in sent:
        hints.events.hint(each)
    taken = []
    for _ in sent:
        taken.append(taken_from(hints.source))
        hints.source.done(taken[-1])
    assert sorted(each.event.tweet_id for each in taken) == [each.tweet_id for each in sent]
    for author in {each.author_id for each in sent}:
        of_author = [each.event.tweet_id for each in taken if each.event.author_id == author]
        assert of_author == sorted(of_author)


@pytest.mark.parametrize("timeout", [0.0, 0.01, -1.0])
def test_take_returns_none_when_there_is_no_hint(hints: Hints, timeout: float) -> None:
    assert hints.source.take(timeout) is None


def test_a_hint_wakes_a_waiting_take(hints: Hints) -> None:
    taken: list[Taken | None] = []
    race(lambda: taken.append(hints.source.take(JOIN_SECONDS)), lambda: hints.events.hint(event(1)))
    assert [each and each.event for each in taken] == [event(1)]


def test_hints_are_counted(hints: Hints) -> None:
    for tweet_id in (1, 2):
        hints.events.hint(event(tweet_id))
    hints.source.done(taken_from(hints.source))
    hints.source.done(taken_from(hints.source))
    # A broker may give a hint before it tells the one who sent it.
    until(lambda: hints.events.counts().sent == 2)
    sent, taken = hints.events.counts(), hints.source.counts()
    assert (sent.dropped, taken.taken, taken.dead, taken.depth) == (0, 2, 0, 0)


def test_hints_may_be_done_in_any_order_and_twice(hints: Hints) -> None:
    for tweet_id in (1, 2, 3):
        hints.events.hint(event(tweet_id))
    first, second, third = (taken_from(hints.source) for _ in range(3))
    for each in (third, first, first, second):
        hints.source.done(each)
    assert hints.source.take(0) is None


def test_a_full_queue_drops_the_hint_and_counts_it(queue: MemoryEvents) -> None:
    for tweet_id in range(1, HINTS_QUEUED + 3):
        queue.hint(event(tweet_id))
    counts = queue.counts()
    assert (counts.depth, counts.capacity, counts.sent, counts.dropped) == (HINTS_QUEUED, HINTS_QUEUED, HINTS_QUEUED, 2)
    assert taken_from(queue).event == event(1)
    queue.hint(event(99))
    assert (queue.counts().depth, queue.counts().dropped) == (HINTS_QUEUED, 2)


def test_each_hint_in_memory_is_taken_by_one_of_twenty_threads(queue: MemoryEvents) -> None:
    for _ in range(5):
        for number in range(RACERS):
            queue.hint(event(number + 1))
        taken = race_of_twenty(lambda _: queue.take(0))
        assert sorted(each.event.tweet_id for each in taken if each is not None) == list(range(1, RACERS + 1))


def test_every_concurrent_hint_in_memory_is_queued_or_counted_as_dropped(queue: MemoryEvents) -> None:
    def hint_ten(number: int) -> None:
        for tweet_id in range(number * 10 + 1, number * 10 + 11):
            queue.hint(event(tweet_id))

    race_of_twenty(hint_ten)
    counts = queue.counts()
    assert (counts.depth, counts.sent, counts.dropped) == (HINTS_QUEUED, HINTS_QUEUED, RACERS * 10 - HINTS_QUEUED)
