"""The table of log events has every event that the code logs, at its level, and no other."""

import re

from cluster.perch_process import REPOSITORY

ROW = re.compile(r"^\| `(\w+)` \| (\w+) \|", re.MULTILINE)
CALL = re.compile(r'\blog\.(\w+)\(\s*(?:level,\s*)?"(\w+)"')
LEVELS = {"log": "below", "exception": "ERROR"}
FORMATTER_ONLY = ("log_line_lost", "ERROR")


def logged() -> set[tuple[str, str]]:
    calls = {
        (event, LEVELS.get(method, method.upper()))
        for part in ("app", "infrastructure")
        for source in (REPOSITORY / part).rglob("*.py")
        for method, event in CALL.findall(source.read_text())
    }
    return {*calls, FORMATTER_ONLY}


def test_the_table_has_every_event_at_its_level() -> None:
    _, _, section = (REPOSITORY / "docs" / "operations.md").read_text().partition("## What the log says")
    assert set(ROW.findall(section)) == logged()
    assert len(logged()) > 10
