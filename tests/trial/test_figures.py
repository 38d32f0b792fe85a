"""The figures of a trial, and the page that is made from them."""

from pathlib import Path

import pytest

from tests.trial.fault import Fault
from tests.trial.figures import append, figures_of, harms_of, load, merged, table
from tests.trial.history import NEMESIS
from tests.trial.report import page
from tests.trial.written import Written


def history() -> Written:
    """A harm from 1003.5 to 1005.5: publishes succeed at 1003.1 and again at 1008.1, reads all the while."""
    made = Written()
    made.at = 1001.0
    made.publish("ann", 1)
    made.get(1)
    made.publish("ann", 2)
    made.at = 1003.5
    made.add(NEMESIS, "kill-postgres", {}, takes=2.0)
    made.get(1)
    made.publish("ann", 3, "unknown")
    made.get(1)
    made.add("ann", "get", {"text": "t1"}, "fail", status=500)
    made.at = 1008.0
    made.publish("ann", 3)
    return made


def test_unavailable_is_from_the_harm_until_the_first_success() -> None:
    harms = harms_of(history().operations)
    assert harms["kill-postgres"].times == 1
    assert harms["kill-postgres"].unavailable["publish"] == pytest.approx(4.6)
    assert harms["kill-postgres"].unavailable["read"] == pytest.approx(2.0)


def test_what_never_succeeds_again_is_unavailable_until_nobody_asks() -> None:
    made = history()
    made.add(NEMESIS, "full-disk-postgres", {}, takes=2.0)
    made.at += 10.0
    made.publish("ann", 4, "unknown")
    assert harms_of(made.operations)["full-disk-postgres"].unavailable["publish"] == pytest.approx(11.1)


def test_a_harm_of_several_trials_has_the_longest_time() -> None:
    found = merged([harms_of(history().operations), harms_of(history().operations)])
    assert found["kill-postgres"].times == 2
    assert found["kill-postgres"].unavailable["publish"] == pytest.approx(4.6)
    assert "4.6 s" in table(found)[1]


def test_the_page_has_what_was_appended(tmp_path: Path) -> None:
    path = tmp_path / "new" / "figures.jsonl"
    fault = Fault("lost", "t1", "it was answered 404")
    for seed in (7, 8, 10):
        append(figures_of("redis", seed, 20.0, history().operations, [fault]), path)
    text = page(load(path))
    for line in (
        "## redis",
        "| seeds | 7 to 8, 10 |",
        "| operations | 24 |",
        "| answered 500 or another 5xx | 3 |",
        "| lost | 3 |",
        "| other | 0 |",
        "| `kill-postgres` | 3 | 4.6 | 0.0 | 2.0 | 0.0 |",
    ):
        assert line in text.splitlines()
