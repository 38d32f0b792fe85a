"""What was done in a trial, how often, and for how long nobody was answered."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from tests.trial.history import NEMESIS, QUIET, Operation

Silence = tuple[float, float]


def silences(history: Sequence[Operation]) -> Iterator[Silence]:
    """The times between two answers to any clients, before the end."""
    quiet = min((each.invoked for each in history if each.action == QUIET), default=float("inf"))
    answered = sorted(
        each.completed
        for each in history
        if each.outcome != "unknown" and each.client != NEMESIS and each.action != "event" and each.completed < quiet
    )
    return pairwise(answered)


def longest_silence(history: Sequence[Operation]) -> float:
    """The longest time, in seconds, in which nobody was answered."""
    return max((ended - began for began, ended in silences(history)), default=0.0)


class Harms:
    """How often each harm was done in some trials, and the longest time without an answer while it lasted."""

    def __init__(self) -> None:
        self._seconds: dict[str, list[float]] = defaultdict(list)

    def add(self, history: Sequence[Operation]) -> None:
        quiet_times = list(silences(history))
        for each in history:
            if each.client == NEMESIS:
                self._seconds[each.action].append(_longest_during(quiet_times, each))

    def table(self) -> list[str]:
        """A line for each kind of harm."""
        width = max(map(len, self._seconds), default=0)
        return [
            f"{name:<{width}}  {len(seconds):>5}  {max(seconds):>6.1f} s"
            for name, seconds in sorted(self._seconds.items())
        ]


def _longest_during(quiet_times: Iterable[Silence], harm: Operation) -> float:
    found = (ended - began for began, ended in quiet_times if harm.invoked < ended and began < harm.completed)
    return max(found, default=0.0)
