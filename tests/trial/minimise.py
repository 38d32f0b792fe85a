"""The smallest part of a wrong history that is still wrong in the same way: `python -m tests.trial.minimise FILE`.

Delta debugging (ddmin, Zeller and Hildebrandt 2002) over operations. First only those are kept that concern the users
and tweets of the fault, if it is still there then.
"""

import sys
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from tests.trial.checker import faults_of
from tests.trial.facts import LISTS
from tests.trial.fault import Fault
from tests.trial.history import NEMESIS, QUIET, Operation, in_order, load, save

HARMS_SHOWN = 8

Refused = Callable[[Sequence[Operation]], bool]


def minimised(history: Sequence[Operation], fault: Fault) -> list[Operation]:
    """The operations of a smallest history with this fault: without any one of them, it is not there."""

    def refused(some: Sequence[Operation]) -> bool:
        return fault in faults_of(some)

    assert refused(history), f"not a fault of this history: {fault}"
    return [_shortened(each, kept) for kept in [_ddmin(_concerned(history, fault, refused), refused)] for each in kept]


def _concerned(history: Sequence[Operation], fault: Fault, refused: Refused) -> list[Operation]:
    """Far fewer operations, found at once, where those have the fault too."""
    near = [each for each in history if each.action == QUIET or any(word in fault.about for word in _words(each))]
    return near if refused(near) else list(history)


def _words(operation: Operation) -> list[str]:
    names = [str(operation.arguments[name]) for name in ("text", "user", "of", "other") if name in operation.arguments]
    return [operation.client, *names]


def _ddmin(operations: list[Operation], refused: Refused) -> list[Operation]:
    parts = 2
    while len(operations) >= 2:
        size = -(-len(operations) // parts)
        rest = _without_one_part(operations, size, refused)
        if rest is not None:
            operations, parts = rest, max(parts - 1, 2)
        elif size == 1:
            break
        else:
            parts = min(2 * parts, len(operations))
    return operations


def _without_one_part(operations: list[Operation], size: int, refused: Refused) -> list[Operation] | None:
    for start in range(0, len(operations), size):
        rest = operations[:start] + operations[start + size :]
        if refused(rest):
            return rest
    return None


def _shortened(operation: Operation, kept: Sequence[Operation]) -> Operation:
    """The operation for reading: a list shows only the tweets that the other operations tell of, and the last one."""
    if operation.action not in LISTS or operation.outcome != "ok":
        return operation
    texts = {each.arguments.get("text") for each in kept}
    tweets = operation.result["tweets"]
    return replace(
        operation,
        result={
            **operation.result,
            "tweets": [each for each in tweets if each[1] in texts or each is tweets[-1]],
            "of": len(tweets),
        },
    )


def refused_after(history: Sequence[Operation]) -> int:
    """How many operations were done when the checker would have refused the history; it must refuse the whole."""
    moments = sorted(each.completed for each in history)
    return 1 + bisect_left(range(len(moments) - 1), True, key=lambda at: bool(faults_of(_up_to(history, moments[at]))))


def _up_to(history: Sequence[Operation], moment: float) -> list[Operation]:
    """The history as it was at this moment."""
    begun = [each for each in history if each.invoked <= moment]
    return [each if each.completed <= moment else replace(each, outcome="unknown", result={}) for each in begun]


def described(smallest: Sequence[Operation], fault: Fault, whole: Sequence[Operation] = ()) -> str:
    """The fault, and the operations that show it, one a line; and what the nemesis of the whole did meanwhile."""
    began_at = min(each.invoked for each in smallest)
    ended_at = max(each.completed for each in smallest)
    harms = [each for each in whole if each.client == NEMESIS and began_at < each.completed and each.invoked < ended_at]
    return "\n".join([str(fault), *(f"  {each}" for each in in_order([*smallest, *harms[-HARMS_SHOWN:]]))])


def main() -> int:
    source = Path(sys.argv[1])
    history = load([source])
    found = faults_of(history)
    for number, fault in enumerate(found[:3], 1):
        smallest = minimised(history, fault)
        save(smallest, source.with_suffix(f".{number}.jsonl"))
        print(described(smallest, fault, history))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
