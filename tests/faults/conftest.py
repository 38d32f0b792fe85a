"""What the fault suite shares."""

from collections.abc import Generator
from typing import cast

import pytest

from tests.e2e.conftest import start_perch
from tests.faults.report import Line, table, taken

__all__ = ["start_perch"]

PROPERTY = "fault"

_told: list[Line] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Sends what a test told along with how it went, maybe from another process."""
    made = yield
    made.user_properties += [(PROPERTY, line) for line in taken()]
    return made


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _told.extend(cast("Line", line) for name, line in report.user_properties if name == PROPERTY)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _told:
        terminalreporter.section("faults")
        for line in table(_told):
            terminalreporter.write_line(line)
