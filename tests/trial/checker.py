"""Judges a history: `python -m tests.trial.checker FILE` prints what is wrong with one."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.trial.answers import answer_faults
from tests.trial.ending import ending_faults
from tests.trial.facts import Facts
from tests.trial.fault import Fault
from tests.trial.feeds import feed_faults
from tests.trial.history import Operation, load
from tests.trial.pages import follows_faults, note_gone, page_faults


def faults_of(history: Sequence[Operation]) -> list[Fault]:
    """What is wrong with the history, each once; nothing if some order of its operations explains all answers."""
    return list(dict.fromkeys(_all_faults(Facts(history))))


def _all_faults(facts: Facts) -> Iterator[Fault]:
    answered = [each for each in facts.history if each.outcome == "ok"]
    pages = [each for each in answered if each.action in {"page", "poll"}]
    for page in pages:
        note_gone(facts, page)
    yield from answer_faults(facts)
    for page in pages:
        yield from page_faults(facts, page)
    for each in answered:
        if each.action in {"following", "followers"}:
            yield from follows_faults(facts, each)
    yield from feed_faults(facts)
    yield from ending_faults(facts)


def main() -> int:
    found = faults_of(load([Path(sys.argv[1])]))
    print("\n".join(map(str, found)) or "Nothing is wrong.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
