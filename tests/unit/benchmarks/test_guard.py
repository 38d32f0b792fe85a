"""The guard fails when a figure is not within its bound."""

import pytest

from benchmarks import guard
from benchmarks.figure import Figure, LeftOut, at_least, at_most, plain

GOOD = plain("fast enough", [1.0], "s", at_most(2))
SLOW = plain("ten times slower", [10.0], "s", at_most(2))
FEW = plain("a tenth as many", [0.1], "/s", at_least(0.5))


def test_the_exit_status_is_0_when_all_bounds_are_met() -> None:
    assert guard.check([GOOD, GOOD]) == 0


@pytest.mark.parametrize("broken", [SLOW, FEW])
def test_a_missed_bound_is_printed_and_the_exit_status_is_1(broken: Figure, capsys: pytest.CaptureFixture[str]) -> None:
    assert guard.check([GOOD, broken, GOOD]) == 1

    shown = capsys.readouterr().out
    assert f"{broken.name} " in shown
    assert shown.count("MISSED") == 1


def test_the_guard_applies_its_own_bounds_to_the_measurements(monkeypatch: pytest.MonkeyPatch) -> None:
    measured = [plain("work", [10.0], "s"), plain("not guarded", [10.0], "s", at_most(1))]
    monkeypatch.setattr(guard, "GUARDED", [(lambda: measured, [at_most(2), None])])

    [row] = guard.guarded()
    assert isinstance(row, Figure)
    assert (row.name, row.is_met) == ("work", False)


def test_what_cannot_be_measured_is_shown_with_the_reason_and_breaks_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(guard, "GUARDED", [(lambda: [LeftOut("engine", "not installed")], [at_most(2), None])])

    assert guard.check(guard.guarded()) == 0
    assert "not installed" in capsys.readouterr().out
