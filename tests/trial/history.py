"""What clients did and what they got: immutable records, one line of JSON each, on one monotonic clock."""

import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

Outcome = Literal["ok", "fail", "unknown"]
"""`fail`: it was refused, and did nothing. `unknown`: it may have been done, or may be done later."""

QUIET = "quiet"
"""The action that says that nobody writes any more, and that nothing is on its way."""

NEMESIS = "nemesis"
"""The client that does harm."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One request of a client, or one walk, poll or event; the moments are those of `time.monotonic`."""

    client: str
    """Does one thing after the other."""
    action: str
    arguments: Mapping[str, Any]
    invoked: float
    completed: float
    outcome: Outcome = "ok"
    result: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def __str__(self) -> str:
        given = " ".join(f"{name}={_short(value)}" for name, value in self.arguments.items())
        got = " ".join(f"{name}={_short(value)}" for name, value in self.result.items())
        when = f"{self.invoked:10.3f} … {self.completed:.3f}"
        return f"{when}  {self.client:<10} {self.action} {given} → {self.outcome} {got}"


def _short(value: object) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(_short, value))}]"
    return json.dumps(value)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What came of an operation that is under way."""

    outcome: Outcome
    result: Mapping[str, Any]


class Recorder:
    """Writes what the clients of one process do into a file; the lock protects the file."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._file = path.open("a", buffering=1)

    def run(self, client: str, action: str, arguments: Mapping[str, Any], do: Callable[[], Outcomes]) -> Outcomes:
        """Does something, and records when it began, when it ended and what came of it."""
        invoked = time.monotonic()
        came = do()
        self.note(Operation(client, action, arguments, invoked, time.monotonic(), came.outcome, came.result))
        return came

    def note(self, operation: Operation) -> None:
        line = json.dumps(asdict_of(operation), separators=(",", ":"))
        with self._lock:
            self._file.write(f"{line}\n")

    def close(self) -> None:
        self._file.close()


def asdict_of(operation: Operation) -> dict[str, Any]:
    return {
        "client": operation.client,
        "action": operation.action,
        "arguments": dict(operation.arguments),
        "invoked": operation.invoked,
        "completed": operation.completed,
        "outcome": operation.outcome,
        "result": dict(operation.result),
    }


def load(paths: Iterable[Path]) -> list[Operation]:
    """The operations of these files, by when they were invoked."""
    lines = (line for path in paths for line in path.read_text().splitlines())
    return in_order(Operation(**json.loads(line)) for line in lines)


def save(operations: Iterable[Operation], path: Path) -> None:
    path.write_text("".join(f"{json.dumps(asdict_of(each), separators=(',', ':'))}\n" for each in operations))


def in_order(operations: Iterable[Operation]) -> list[Operation]:
    return sorted(operations, key=lambda each: (each.invoked, each.completed))
