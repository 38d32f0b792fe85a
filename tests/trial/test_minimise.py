"""A wrong history is made as small as it can be, with the same fault; a history survives its file."""

from pathlib import Path

from tests.trial.cases import begun
from tests.trial.checker import faults_of
from tests.trial.history import load, save
from tests.trial.minimise import described, minimised, refused_after
from tests.trial.written import Written


def long_history() -> Written:
    """Many users do much, and in the middle one page lacks a tweet."""
    history = begun()
    for round_number in range(60):
        history.follow(f"user{round_number % 7}", "ann")
        history.publish("cat", 100 + round_number)
        history.unfollow(f"user{round_number % 7}", "ann")
        history.home("rae", 3, 2, 1) if round_number != 30 else history.home("rae", 3, 1)
    return history


def test_only_what_shows_the_fault_is_left() -> None:
    history = long_history()
    [fault] = faults_of(history.operations)
    smallest = minimised(history.operations, fault)
    assert [each.action for each in smallest] == ["follow", "publish", "page"]
    assert "t2" in described(smallest, fault)
    assert faults_of(smallest) != []


def test_no_operation_can_be_left_out() -> None:
    history = begun()
    history.unfollow("rae", "ben")
    history.home("rae", 3, 2, 1)
    [fault] = faults_of(history.operations)
    smallest = minimised(history.operations, fault)
    for at in range(len(smallest)):
        assert fault not in faults_of(smallest[:at] + smallest[at + 1 :])


def test_it_is_known_when_a_history_became_wrong() -> None:
    history = long_history()
    assert refused_after(history.operations) == 5 + 4 * 31


def test_a_history_is_the_same_from_its_file(tmp_path: Path) -> None:
    history = long_history().operations
    save(history, tmp_path / "history.jsonl")
    assert load([tmp_path / "history.jsonl"]) == history
