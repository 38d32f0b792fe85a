"""What the fault suite shares."""

import pytest

from tests.faults import report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if lines := report.lines():
        terminalreporter.section("faults")
        for line in lines:
            terminalreporter.write_line(line)
