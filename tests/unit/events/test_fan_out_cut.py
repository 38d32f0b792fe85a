"""A step that is cut anywhere, even between two lines: no event is lost, and none is left for ever."""

import linecache
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

import pytest

from infrastructure.events import event_queue, fan_out, unfinished
from infrastructure.memory.dead_letters import MemoryDeadLetters
from tests.contracts.racing import Trace
from tests.fakes.letters import kept
from tests.unit.events.rig import MAX_ATTEMPTS, Rig

FILES = {module.__file__ for module in (fan_out, event_queue, unfinished)}
LINES_MIN = 100
FOR_EVER = 1_000_000


class Cut(BaseException):
    """What ends a thread wherever it is."""


class Scissors:
    """Cuts before one line of the fan-out or its queue, counted from the start."""

    def __init__(self, at: int) -> None:
        self.left = at

    def trace(self, frame: FrameType, _event: str, _arg: object) -> Trace | None:
        return self._line if frame.f_code.co_filename in FILES else None

    def _line(self, frame: FrameType, event: str, _arg: object) -> Trace:
        if event == "line" and not _takes_or_gives_back_a_lock(frame):
            self.left -= 1
            if self.left == 0:
                raise Cut
        return self._line


def _takes_or_gives_back_a_lock(frame: FrameType) -> bool:
    """Nothing but a trace function can raise there; it would leave the lock taken."""
    return linecache.getline(frame.f_code.co_filename, frame.f_lineno).lstrip().startswith("with ")


@contextmanager
def cut_at(line: int) -> Iterator[Scissors]:
    scissors = Scissors(line)
    usual = sys.gettrace()
    sys.settrace(scissors.trace)
    try:
        yield scissors
    finally:
        sys.settrace(usual)


def rig_in_the_middle_of_everything() -> Rig:
    """A delivery under way, two that wait for another attempt, one that will die, some queued, and one without room."""
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


def settle(rig: Rig) -> None:
    for _ in range(10):
        rig.wait(100.0)


def test_a_step_that_is_cut_before_any_line_loses_no_event() -> None:
    line, cut = 0, True
    while cut:
        line += 1
        rig = rig_in_the_middle_of_everything()
        with suppress(Cut), cut_at(line) as scissors:
            for _ in range(MAX_ATTEMPTS):
                rig.clock.advance(1000)
                rig.run()
        cut = scissors.left <= 0
        settle(rig)
        published = set(rig.tweets._tweets.get_many(rig.slices.sizes)) - {None}
        letters = {letter.tweet_id for letter in kept(rig.dead_letters)}  # type: ignore[arg-type]
        unpushed = set(rig.tweets.unpushed({"alice"}, 0, 1 << 63, 100))
        assert len(published) == 7
        assert len(letters) == 1, line
        assert unpushed == letters, f"cut before line {line}, some event is lost"
        assert rig.fan_out.left() == 0, f"cut before line {line}, some event is left for ever"
        assert rig.fan_out.oldest_waiting_seconds() == 0.0, line
    assert line > LINES_MIN


@pytest.mark.parametrize("end", [SystemExit, Cut])
def test_whatever_a_store_raises_is_a_failed_attempt(end: Callable[[], BaseException]) -> None:
    rig = Rig()

    def raise_it(*_: object) -> None:
        raise end()

    rig.slices.execute = raise_it  # type: ignore[method-assign, assignment]
    poison = rig.queued()
    for _ in range(MAX_ATTEMPTS):
        rig.run()
        rig.clock.advance(1000)
    assert [letter.tweet_id for letter in kept(rig.dead_letters)] == [poison.tweet_id]  # type: ignore[arg-type]


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise ValueError("no words")


def test_an_error_that_cannot_be_put_into_words_is_a_failed_attempt() -> None:
    rig = Rig(max_attempts=1)

    def raise_it(*_: object) -> None:
        raise Unspeakable

    rig.slices.execute = raise_it  # type: ignore[method-assign, assignment]
    rig.queued()
    rig.run()
    [letter] = kept(rig.dead_letters)  # type: ignore[arg-type]
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
    assert (rig.fan_out.left(), len(kept(rig.dead_letters))) == (0, 1)  # type: ignore[arg-type]
    assert "disk full" in caplog.text
