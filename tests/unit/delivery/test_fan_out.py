"""The fan-out shares its steps fairly between small and large, hinted and overdue deliveries."""

from collections import deque

import pytest

from domain.delivery import Delivery
from domain.events import TweetCreated
from infrastructure.counts import QueueCounts
from infrastructure.delivery.fan_out import ACTIVE_MAX, FanOut
from infrastructure.events.taken import Taken
from infrastructure.log import current_trace_id


class Parts:
    """A scripted source of hints, outbox and use case in one."""

    def __init__(self) -> None:
        self.hints: deque[int] = deque()
        self.due_now: deque[Delivery] = deque()
        self.slices: dict[int, int] = {}
        self.calls: list[Delivery] = []
        self.done_hints: list[int] = []
        self.traces: list[str] = []
        self.now = 0.0
        self.waits: list[float] = []
        self.looks = 0
        self.broken = False

    def take(self, timeout: float) -> Taken | None:
        self.waits.append(timeout)
        if not self.hints:
            return None
        tweet_id = self.hints.popleft()
        return Taken(TweetCreated(tweet_id, "alice", f"trace-{tweet_id}"))

    def done(self, taken: Taken) -> None:
        self.done_hints.append(taken.event.tweet_id)

    def counts(self) -> QueueCounts:
        return QueueCounts(len(self.hints))

    def due(self, limit: int) -> list[Delivery]:
        self.looks += 1
        return [self.due_now.popleft() for _ in range(min(limit, len(self.due_now)))]

    def execute(self, delivery: Delivery) -> Delivery | None:
        if self.broken:
            raise ConnectionError("gone")
        self.calls.append(delivery)
        self.traces.append(current_trace_id.get())
        after = delivery.after + 1
        more = after < self.slices.get(delivery.tweet_id, 1)
        return Delivery(delivery.tweet_id, delivery.author_id, after) if more else None

    def delivered(self) -> list[int]:
        """The tweets whose last slice has run, in order."""
        return [each.tweet_id for each in self.calls if each.after + 1 == self.slices.get(each.tweet_id, 1)]


@pytest.fixture
def parts() -> Parts:
    return Parts()


@pytest.fixture
def fan_out(parts: Parts) -> FanOut:
    return FanOut(parts, parts, parts)


def test_an_idle_step_waits_for_a_hint_and_returns_false(fan_out: FanOut, parts: Parts) -> None:
    assert fan_out.step(timeout=0.25) is False
    assert parts.waits == [0.25]


def test_a_small_fan_out_is_one_step(fan_out: FanOut, parts: Parts) -> None:
    parts.hints.append(1)
    assert [fan_out.step(), fan_out.step()] == [True, False]
    assert parts.delivered() == [1]


def test_hinted_tweets_are_delivered_in_order(fan_out: FanOut, parts: Parts) -> None:
    parts.hints.extend((3, 1, 2))
    while fan_out.step():
        pass
    assert parts.delivered() == [3, 1, 2]


def test_an_overdue_row_is_resumed_without_a_hint(fan_out: FanOut, parts: Parts) -> None:
    parts.slices[1] = 5
    parts.due_now.append(Delivery(1, "alice", after=3))
    while fan_out.step():
        pass
    assert [each.after for each in parts.calls] == [3, 4]


def test_no_step_runs_more_than_two_slices(fan_out: FanOut, parts: Parts) -> None:
    parts.slices |= {1: 30, 3: 7}
    parts.hints.extend((1, 2, 3, 4))
    before = 0
    while fan_out.step():
        assert 0 < len(parts.calls) - before <= 2
        before = len(parts.calls)
    assert sorted(parts.delivered()) == [1, 2, 3, 4]


def test_a_large_fan_out_does_not_delay_the_tweets_behind_it(fan_out: FanOut, parts: Parts) -> None:
    parts.slices[1] = 1000
    parts.hints.extend(range(1, 12))
    for _ in range(11):
        fan_out.step()
    assert parts.delivered() == list(range(2, 12))


def test_a_stream_of_new_tweets_does_not_starve_a_large_fan_out(fan_out: FanOut, parts: Parts) -> None:
    parts.slices[1] = 20
    parts.hints.append(1)
    for tweet_id in range(2, 23):
        parts.hints.append(tweet_id)
        fan_out.step()
    assert 1 in parts.delivered()


def test_large_fan_outs_take_turns(fan_out: FanOut, parts: Parts) -> None:
    parts.slices |= {1: 40, 2: 40}
    parts.hints.extend((1, 2))
    for _ in range(30):
        fan_out.step()
    turns = [each.tweet_id for each in parts.calls]
    assert abs(turns.count(1) - turns.count(2)) <= 2


def test_a_hint_is_done_after_its_last_slice(fan_out: FanOut, parts: Parts) -> None:
    parts.slices |= {1: 4, 2: 1}
    parts.hints.extend((1, 2))
    fan_out.step()
    assert (parts.done_hints, len(parts.calls)) == ([], 2)
    fan_out.step()
    assert parts.done_hints == [2]
    fan_out.step()
    assert (parts.done_hints, parts.delivered()) == ([2, 1], [2, 1])


def test_a_hint_whose_delivery_raised_is_done_because_its_row_falls_due(fan_out: FanOut, parts: Parts) -> None:
    parts.hints.append(1)
    parts.broken = True
    with pytest.raises(ConnectionError):
        fan_out.step()
    assert parts.done_hints == [1]


def test_no_hint_is_done_for_a_due_row(fan_out: FanOut, parts: Parts) -> None:
    parts.due_now.append(Delivery(1, "alice"))
    fan_out.step()
    assert (parts.done_hints, parts.delivered()) == ([], [1])


def test_every_slice_runs_under_the_trace_of_its_hint(fan_out: FanOut, parts: Parts) -> None:
    parts.slices |= {1: 2, 3: 2}
    parts.hints.append(1)
    parts.due_now.append(Delivery(3, "alice"))
    while fan_out.step():
        pass
    traced = {(each.tweet_id, trace) for each, trace in zip(parts.calls, parts.traces, strict=True)}
    assert traced == {(1, "trace-1"), (3, "")}
    assert current_trace_id.get() == ""


def test_where_hints_come_first_looks_at_the_outbox_have_pauses(parts: Parts) -> None:
    fan_out = FanOut(parts, parts, parts, look_seconds=0.5, monotonic=lambda: parts.now)
    parts.hints.extend(range(1, 11))
    for _ in range(10):
        fan_out.step()
    assert (len(parts.delivered()), parts.looks) == (10, 1)
    parts.due_now.append(Delivery(99, "alice"))
    parts.now = 0.5
    fan_out.step()
    assert (parts.looks, parts.delivered()[-1]) == (2, 99)


def test_many_due_rows_are_taken_without_pauses(parts: Parts) -> None:
    fan_out = FanOut(parts, parts, parts, look_seconds=0.5, monotonic=lambda: parts.now)
    parts.due_now.extend(Delivery(tweet_id, "alice") for tweet_id in range(1, 10 * ACTIVE_MAX + 1))
    while fan_out.step():
        pass
    assert len(parts.delivered()) == 10 * ACTIVE_MAX


def test_hints_and_due_rows_wait_while_too_many_deliveries_are_active(fan_out: FanOut, parts: Parts) -> None:
    many = range(1, ACTIVE_MAX + 1)
    parts.slices |= dict.fromkeys(many, 3)
    parts.due_now.extend(Delivery(tweet_id, "alice") for tweet_id in many)
    parts.due_now.append(Delivery(1000, "alice"))
    parts.hints.append(2000)
    fan_out.step()
    assert (len(parts.due_now), len(parts.hints)) == (1, 1)
    while fan_out.step():
        pass
    assert set(parts.delivered()) == {*many, 1000, 2000}


def test_many_due_rows_take_few_looks_at_the_outbox(fan_out: FanOut, parts: Parts) -> None:
    parts.due_now.extend(Delivery(tweet_id, "alice") for tweet_id in range(1, 10 * ACTIVE_MAX + 1))
    while fan_out.step():
        pass
    assert parts.delivered() == list(range(1, 10 * ACTIVE_MAX + 1))
    assert parts.looks < 50


def test_a_due_row_is_taken_while_large_fan_outs_are_under_way(fan_out: FanOut, parts: Parts) -> None:
    large = range(1, ACTIVE_MAX)
    parts.slices |= dict.fromkeys(large, 1000)
    parts.due_now.extend(Delivery(tweet_id, "alice") for tweet_id in large)
    fan_out.step()
    parts.due_now.append(Delivery(2000, "alice"))
    for _ in range(2 * ACTIVE_MAX):
        fan_out.step()
    assert parts.delivered() == [2000]


def test_a_row_that_falls_due_during_its_delivery_is_not_started_again(fan_out: FanOut, parts: Parts) -> None:
    parts.slices[1] = 4
    parts.hints.append(1)
    fan_out.step()
    parts.due_now.append(Delivery(1, "alice"))
    while fan_out.step():
        pass
    assert [each.after for each in parts.calls] == [0, 1, 2, 3]


def test_a_step_does_not_wait_for_hints_while_a_delivery_is_active(fan_out: FanOut, parts: Parts) -> None:
    parts.slices[1] = 3
    parts.due_now.append(Delivery(1, "alice"))
    assert fan_out.step(timeout=100.0) is True
    assert parts.waits == [0.0]


def test_a_delivery_whose_step_raised_is_left_to_the_outbox(fan_out: FanOut, parts: Parts) -> None:
    parts.hints.append(1)
    parts.broken = True
    with pytest.raises(ConnectionError):
        fan_out.step()
    parts.broken = False
    assert fan_out.step() is False
    parts.due_now.append(Delivery(1, "alice"))
    assert fan_out.step() is True
    assert parts.delivered() == [1]
