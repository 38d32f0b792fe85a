"""Readers see every tweet, and it is pushed when due, although the worker is interrupted before any one line."""

import linecache
import sys
from collections.abc import Callable
from types import FrameType

import pytest

from tests.contracts.racing import Trace
from tests.integration.stores import Bounds
from tests.integration.world import World

PARTS = ("domain.", "usecases.", "infrastructure.")
READERS = ("ada", "ben", "cleo")


class Interrupted(BaseException):
    """Ends a thread at any line."""


class Interrupter:
    """Interrupts before the given line of Perch, counted as they run; `left` stays above 0 if fewer lines run."""

    def __init__(self, line: int) -> None:
        self.left = line

    def run(self, work: Callable[[], object]) -> None:
        usual = sys.gettrace()
        sys.settrace(self._call)
        try:
            work()
        except Interrupted:
            pass
        finally:
            sys.settrace(usual)

    def _call(self, frame: FrameType, _event: str, _arg: object) -> Trace | None:
        return self._line if str(frame.f_globals.get("__name__")).startswith(PARTS) else None

    def _line(self, frame: FrameType, event: str, _arg: object) -> Trace:
        if event == "line" and not _is_with(frame):
            self.left -= 1
            if self.left == 0:
                raise Interrupted
        return self._line


def _is_with(frame: FrameType) -> bool:
    """Whether the line takes or releases a lock: only a trace function can raise there, and it would leak the lock."""
    return linecache.getline(frame.f_code.co_filename, frame.f_lineno).lstrip().startswith("with ")


def deliver_by_hint(world: World) -> None:
    world.deliver_all()


def deliver_when_due(world: World) -> None:
    world.source.take(0.0)
    world.deliver_due()


def fail_once(world: World) -> None:
    world.pushes.fail_next(after=1)
    world.settle()


def fail_for_good(world: World) -> None:
    for _ in range(2):
        world.pushes.fail_next()
    world.settle()


@pytest.mark.parametrize("revived", [True, False], ids=["the worker resumes", "another worker takes over"])
@pytest.mark.parametrize("work", [deliver_by_hint, deliver_when_due, fail_once, fail_for_good])
def test_a_tweet_is_visible_and_pushed_when_due_after_an_interruption_before_any_line(
    work: Callable[[World], None], *, revived: bool
) -> None:
    line, interrupter = 0, Interrupter(0)
    while interrupter.left <= 0:
        line += 1
        world = World(Bounds(slice_size=2))
        for reader in READERS:
            world.follow(reader, "author")
            world.home(reader)
        tweet = world.publish("author")
        interrupter = Interrupter(line)
        interrupter.run(lambda world=world: work(world))  # type: ignore[misc]
        assert [world.peek(reader) for reader in READERS] == [[tweet]] * 3, f"before line {line}"
        world.pushes.stop_failing()
        if not revived:
            world.crash()
        world.deliver_due()
        assert world.left() == 0, f"before line {line}"
        world.redrive()
        world.deliver_due()
        assert [list(world.prepared(reader).ids) for reader in READERS] == [[tweet]] * 3, f"before line {line}"
        counts = world.outbox.counts()
        assert (counts.retrying, counts.dead, counts.unpushed) == (0, 0, 0), f"before line {line}"
    assert line > 100
