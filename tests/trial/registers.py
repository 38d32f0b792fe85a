"""What a register may hold, whose writes take effect at some moment of an interval each."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

ALWAYS = -math.inf


@dataclass(frozen=True, slots=True)
class Write:
    """Takes effect between `begun` and `done`; if it is not `sure`, then perhaps, or not at all."""

    value: bool
    begun: float
    done: float
    sure: bool


class Register:
    """Holds False in the beginning. `writes` may be in any order.

    A look at it takes as long as there are writes about that time, not as all writes.
    """

    def __init__(self, writes: Sequence[Write] = ()) -> None:
        ordered = sorted(writes, key=lambda write: write.begun)
        self._writes = [Write(value=False, begun=ALWAYS, done=ALWAYS, sure=True), *ordered]
        self._begun = [write.begun for write in self._writes]
        self._longest = max((write.done - write.begun for write in ordered), default=0.0)
        self._bounds = sorted({moment for write in ordered for moment in (write.begun, write.done)})
        sure = sorted((write for write in self._writes if write.sure), key=lambda write: write.done)
        self._done = [write.done for write in sure]
        self._newest_begun = list(accumulate((write.begun for write in sure), max))

    def may_be(self, value: bool, begun: float, ended: float) -> bool:
        """Whether a read between these moments may return the value."""
        # A write is gone when another one began after it was done, and was done before the read.
        overwritten = self._newest_begun[max(0, bisect_left(self._done, begun) - 1)]
        first = bisect_left(self._begun, overwritten - self._longest)
        about = self._writes[first : bisect_right(self._begun, ended)]
        return any(write.value == value and write.done >= overwritten for write in about)

    def must_be(self, value: bool, begun: float, ended: float) -> bool:
        """Whether a read between these moments can return nothing else."""
        return not self.may_be(not value, begun, ended)

    def moments(self, begun: float, ended: float) -> list[float]:
        """The moments between these at which something may change, the two among them."""
        between = self._bounds[bisect_right(self._bounds, begun) : bisect_left(self._bounds, ended)]
        return [begun, *between, ended]
