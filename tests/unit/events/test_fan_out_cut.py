"""A step that is cut anywhere, even between two lines: no event is lost, and none is left for ever."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from domain.events import TweetCreated, TweetDeadLettered
from infrastructure.events import event_queue, fan_out, unfinished
from infrastructure.memory.dead_letters import MemoryDeadLetters
from tests.fakes.letters import kept
from tests.fakes.scissors import Cut, cut_at
from tests.unit.events.rig import MAX_ATTEMPTS, Rig

FILES = {module.__file__ for module in (fan_out, event_queue, unfinished)}
LINES_MIN = 100
FOR_EVER = 1_000_000


def rig_in_the_middle_of_everything() -> Rig:
    """A delivery under way, one to be tried again, one that will die, some in the queue, and one without room there."""
    rig = Rig(capacity=4, dead_letters=MemoryDeadLetters(100))
    large, dying, failing = rig.queued(slices=4), rig.queued(), rig.queued(slices=2)
    rig.slices.fail(dying, times=FOR_EVER)
    rig.slices.fail(failing, at_slice=1, times=1)
    for _ in range(3):
        rig.fan_out.step()
    assert (large.tweet_id, 0) in rig.slices.calls
    for _ in range(4):
        rig.queued()
    rig.tweets.publish("alice", "no room", pulled=False)
    return rig


def letters(rig: Rig) -> list[TweetDeadLettered]:
    assert isinstance(rig.dead_letters, MemoryDeadLetters)
    return kept(rig.dead_letters)


def settle(rig: Rig) -> None:
    for _ in range(10):
        rig.wait(100.0)


def test_a_step_that_is_cut_before_any_line_loses_no_event() -> None:
    line, cut = 0, True
    while cut:
        line += 1
        rig = rig_in_the_middle_of_everything()
        with suppress(Cut), cut_at(line, FILES) as scissors:
            for _ in range(MAX_ATTEMPTS):
                rig.clock.advance(1000)
                rig.run()
        cut = scissors.left <= 0
        settle(rig)
        published = set(rig.tweets._tweets.get_many(rig.slices.sizes)) - {None}
        dead = {letter.tweet_id for letter in letters(rig)}
        unpushed = set(rig.tweets.unpushed({"alice"}, 0, 1 << 63, 100))
        assert len(published) == 7
        assert len(dead) == 1, line
        assert unpushed == dead, f"cut before line {line}, some event is lost"
        assert rig.fan_out.left() == 0, f"cut before line {line}, some event is left for ever"
        assert rig.fan_out.oldest_waiting_seconds() == 0.0, line
    assert line > LINES_MIN


def test_after_a_cut_a_delivery_has_its_progress_and_its_attempts() -> None:
    rig = Rig()
    event = rig.queued(slices=4)
    rig.slices.fail(event, at_slice=2, times=MAX_ATTEMPTS)
    jitter = rig.fan_out._jitter

    def cut() -> float:
        raise Cut

    for _ in range(MAX_ATTEMPTS - 1):
        rig.fan_out._jitter = cut
        with pytest.raises(Cut):
            rig.run()
        rig.fan_out._jitter = jitter
    assert [after for _, after in rig.slices.calls] == [0, 1, 2, 2]
    assert rig.fan_out.left() == 1
    rig.run()
    assert [letter.attempts for letter in letters(rig)] == [MAX_ATTEMPTS]


def test_another_fan_out_goes_on_with_what_one_had_taken() -> None:
    rig = Rig()
    large, failing, queued = rig.queued(slices=4), rig.queued(), rig.queued()
    rig.slices.fail(failing, times=1)
    rig.fan_out.step()
    rig.fan_out.step()
    rig.fan_out = rig.new_fan_out()
    rig.run()
    assert set(rig.slices.delivered()) == {large.tweet_id, failing.tweet_id, queued.tweet_id}
    assert rig.fan_out.left() == 0


class Raising:
    def __init__(self, error: BaseException) -> None:
        self._error = error

    def execute(self, event: TweetCreated, after: int) -> int | None:  # noqa: ARG002
        raise self._error


@pytest.mark.parametrize("end", [SystemExit, Cut])
def test_whatever_a_store_raises_is_a_failed_attempt(end: Callable[[], BaseException]) -> None:
    rig = Rig()
    rig.fan_out._deliver = Raising(end())
    poison = rig.queued()
    for _ in range(MAX_ATTEMPTS):
        rig.run()
        rig.clock.advance(1000)
    assert [letter.tweet_id for letter in letters(rig)] == [poison.tweet_id]


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise ValueError("no words")


def test_an_error_that_cannot_be_put_into_words_is_a_failed_attempt() -> None:
    rig = Rig(max_attempts=1)
    rig.fan_out._deliver = Raising(Unspeakable())
    rig.queued()
    rig.run()
    [letter] = letters(rig)
    assert letter.error == "Unspeakable"


def test_an_observer_that_raises_holds_up_nobody(caplog: pytest.LogCaptureFixture) -> None:
    rig = Rig()

    def raise_it(_: object) -> None:
        raise OSError("disk full")

    rig.fan_out._observe = raise_it
    events = [rig.queued() for _ in range(3)]
    rig.slices.fail(events[0], times=FOR_EVER)
    settle(rig)
    assert rig.slices.delivered()[1:3] == [event.tweet_id for event in events[1:]]
    assert (rig.fan_out.left(), len(letters(rig))) == (0, 1)
    assert "disk full" in caplog.text
