"""Cuts what runs before one of its lines, as the end of a thread does."""

import linecache
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from types import FrameType

from tests.contracts.racing import Trace


class Cut(BaseException):
    """What ends a thread wherever it is."""


class Scissors:
    """Cuts before one line of some files, counted from the start."""

    def __init__(self, at: int, files: Collection[str | None]) -> None:
        self.left = at
        self._files = files

    def trace(self, frame: FrameType, _event: str, _arg: object) -> Trace | None:
        return self._line if frame.f_code.co_filename in self._files else None

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
def cut_at(line: int, files: Collection[str | None]) -> Iterator[Scissors]:
    """Raises `Cut` before that line, unless less runs; `left` is above 0 then."""
    scissors = Scissors(line, files)
    usual = sys.gettrace()
    sys.settrace(scissors.trace)
    try:
        yield scissors
    finally:
        sys.settrace(usual)
