"""Collects the reported figures of all tests, and prints them in one table at the end."""

from collections.abc import Generator
from typing import cast

import pytest

from tests.e2e.conftest import start_perch
from tests.faults.report import Line, table, take_lines

__all__ = ["start_perch"]

PROPERTY = "fault"

_reported: list[Line] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Attaches the reported figures to the test report, which may come from another process."""
    made = yield
    made.user_properties += [(PROPERTY, line) for line in take_lines()]
    return made


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _reported.extend(cast("Line", line) for name, line in report.user_properties if name == PROPERTY)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _reported:
        terminalreporter.section("faults")
        for line in table(_reported):
            terminalreporter.write_line(line)
