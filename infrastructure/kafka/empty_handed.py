"""When a member of the group that has no partitions asks again."""

import time
from collections.abc import Callable

FIRST_SECONDS = 10.0
LONGEST_SECONDS = 320.0


class EmptyHanded:
    """Tells a member that has had no partitions for `first_seconds` to join anew, then after twice as long, and so on.

    One member shares the partitions out, once for each change of the group. If the topic is missing at that moment, as
    after a broker lost its data, nobody gets any. librdkafka 2.16 then compares what was there before with what is
    there later, sees the same, and leaves the group so for ever. Members may also have none because there are more of
    them than partitions; that they join anew moves no partition. It is not thread-safe.
    """

    def __init__(self, first_seconds: float = FIRST_SECONDS, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._first_seconds = first_seconds
        self._monotonic = monotonic
        self._since: float | None = None
        self._patience = first_seconds

    def joins_anew(self, *, has_partitions: bool) -> bool:
        """Returns True when the member should join anew now; it must be asked often."""
        now = self._monotonic()
        if has_partitions:
            self._since, self._patience = None, self._first_seconds
            return False
        if self._since is None:
            self._since = now
        if now - self._since < self._patience:
            return False
        self._since, self._patience = now, min(2 * self._patience, LONGEST_SECONDS)
        return True
