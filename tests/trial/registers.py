"""What a register may hold, whose writes take effect at some moment of an interval each."""

import math
from bisect import bisect_left
from dataclasses import dataclass

ALWAYS = -math.inf


@dataclass(frozen=True, slots=True)
class Write:
    """Takes effect between `begun` and `done`; if it is not `sure`, then perhaps, or not at all."""

    value: bool
    begun: float
    done: float
    sure: bool


class Register:
    """Holds False in the beginning. `writes` may be in any order."""

    def __init__(self, writes: list[Write] | None = None) -> None:
        self._writes = [Write(value=False, begun=ALWAYS, done=ALWAYS, sure=True)]
        self._writes += sorted(writes or [], key=lambda write: write.begun)
        sure = sorted((write for write in self._writes if write.sure), key=lambda write: write.done)
        self._done = [write.done for write in sure]
        self._newest_begun: list[float] = []
        for write in sure:
            self._newest_begun.append(max(write.begun, self._newest_begun[-1] if self._newest_begun else ALWAYS))

    def may_be(self, value: bool, begun: float, ended: float) -> bool:
        """Whether a read between these moments may return the value."""
        # A write is gone when another one began after it was done, and was done before the read.
        overwritten = self._newest_begun[max(0, bisect_left(self._done, begun) - 1)]
        return any(
            write.value == value and write.begun <= ended and write.done >= overwritten for write in self._writes
        )

    def must_be(self, value: bool, begun: float, ended: float) -> bool:
        """Whether a read between these moments can return nothing else."""
        return not self.may_be(not value, begun, ended)

    def moments(self, begun: float, ended: float) -> list[float]:
        """The moments between these at which something may change, the two among them."""
        bounds = {moment for write in self._writes for moment in (write.begun, write.done)}
        return sorted({begun, ended, *(moment for moment in bounds if begun < moment < ended)})
