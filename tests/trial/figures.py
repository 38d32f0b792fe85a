"""What was done in a trial, how often, and for how long what was not available."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.machine import commit
from tests.trial.fault import Fault
from tests.trial.history import NEMESIS, QUIET, Operation

Silence = tuple[float, float]

KINDS: Mapping[str, str] = {
    "publish": "publish",
    "delete": "change",
    "follow": "change",
    "unfollow": "change",
    "page": "read",
    "get": "read",
    "following": "read",
    "followers": "read",
    "poll": "poll",
}
"""The actions of clients, each with the kind of operation that it is."""

SERVER_ERRORS = range(500, 600)


@dataclass(frozen=True, slots=True)
class Harmed:
    """What one kind of harm did in one trial."""

    times: int
    unavailable: Mapping[str, float]
    """By kind of operation, the longest time in seconds without a success, from the beginning of a harm on at most."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one trial has to say: a line of `docs/trials/figures.jsonl`."""

    profile: str
    seed: int
    seconds: float
    """For how long clients wrote and read."""
    operations: int
    unknown: int
    """Operations that were answered 503, or not at all."""
    server_errors: int
    """Operations that were answered with another 5xx."""
    longest_silence: float
    """The longest time in seconds in which nobody was answered anything."""
    harms: Mapping[str, Harmed]
    faults: Mapping[str, int]
    """By the rule of the checker that refuses the history."""
    commit: str = ""
    """The code that was tried; "" for the first trials, which did not note it."""


def figures_of(
    profile: str, seed: int, seconds: float, history: Sequence[Operation], faults: Sequence[Fault]
) -> Figures:
    """The figures of a trial."""
    asked = [each for each in history if each.client != NEMESIS and each.action != QUIET]
    return Figures(
        profile=profile,
        seed=seed,
        seconds=round(seconds, 1),
        operations=len(asked),
        unknown=sum(each.outcome == "unknown" for each in asked),
        server_errors=sum(each.result.get("status") in SERVER_ERRORS for each in asked),
        longest_silence=round(longest_silence(history), 1),
        harms=harms_of(history),
        faults=dict(Counter(fault.rule for fault in faults)),
        commit=commit(),
    )


def append(figures: Figures, path: Path) -> None:
    """Adds a line to the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(f"{json.dumps(asdict(figures))}\n")


def load(path: Path) -> list[Figures]:
    """Reads what `append` wrote."""
    rows = map(json.loads, path.read_text().splitlines())
    return [Figures(**{**row, "harms": _harms(row["harms"])}) for row in rows]


def _harms(named: Mapping[str, Mapping[str, Any]]) -> dict[str, Harmed]:
    return {name: Harmed(**each) for name, each in named.items()}


def longest_silence(history: Sequence[Operation]) -> float:
    """The longest time, in seconds, in which nobody was answered."""
    quiet = _quiet(history)
    answered = [
        each.completed
        for each in history
        if each.outcome != "unknown" and each.client != NEMESIS and each.action != "event" and each.completed < quiet
    ]
    return max((ended - began for began, ended in pairwise(sorted(answered))), default=0.0)


def harms_of(history: Sequence[Operation]) -> dict[str, Harmed]:
    """What each kind of harm did."""
    silences = dict(_silences(history))
    found: dict[str, list[Operation]] = defaultdict(list)
    for each in history:
        if each.client == NEMESIS:
            found[each.action].append(each)
    return {
        name: Harmed(
            len(harms),
            {
                kind: round(max(_longest_during(of_kind, each) for each in harms), 1)
                for kind, of_kind in silences.items()
            },
        )
        for name, harms in sorted(found.items())
    }


def merged(trials: Sequence[Mapping[str, Harmed]]) -> dict[str, Harmed]:
    """What each kind of harm did in all trials."""
    found: dict[str, list[Harmed]] = defaultdict(list)
    for trial in trials:
        for name, each in trial.items():
            found[name].append(each)
    return {
        name: Harmed(
            sum(each.times for each in harms),
            {kind: max(each.unavailable.get(kind, 0.0) for each in harms) for kind in dict.fromkeys(KINDS.values())},
        )
        for name, harms in sorted(found.items())
    }


def table(harms: Mapping[str, Harmed]) -> list[str]:
    """A line for each kind of harm, below a heading."""
    kinds = list(dict.fromkeys(KINDS.values()))
    width = max(map(len, harms), default=0)
    lines = [f"{'':<{width}}  times  {'  '.join(f'{kind:>9}' for kind in kinds)}"]
    for name, each in harms.items():
        seconds = "  ".join(f"{each.unavailable[kind]:>7.1f} s" for kind in kinds)
        lines.append(f"{name:<{width}}  {each.times:>5}  {seconds}")
    return lines


def _quiet(history: Sequence[Operation]) -> float:
    return min((each.invoked for each in history if each.action == QUIET), default=float("inf"))


def _silences(history: Sequence[Operation]) -> Iterator[tuple[str, list[Silence]]]:
    """By kind of operation, the times between two that succeeded, and from the last one until nobody asked any more."""
    quiet = _quiet(history)
    asked = [each for each in history if each.action in KINDS and each.completed < quiet]
    last = max((each.completed for each in asked), default=0.0)
    for kind in dict.fromkeys(KINDS.values()):
        moments = sorted(each.completed for each in asked if each.outcome == "ok" and KINDS[each.action] == kind)
        yield kind, list(pairwise([*moments, last]))


def _longest_during(silences: Sequence[Silence], harm: Operation) -> float:
    """The longest of those which last into the harm, or begin while it lasts."""
    found = (
        ended - max(began, harm.invoked) for began, ended in silences if harm.invoked < ended and began < harm.completed
    )
    return max(found, default=0.0)
