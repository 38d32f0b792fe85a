"""How PostgreSQL executes the statements of Perch, also those inside its functions."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, LiteralString

from psycopg.errors import Diagnostic

from infrastructure.postgres.sessions import Connection
from tests.engines.large_database import LARGE

EXPLAIN: LiteralString = """
    LOAD 'auto_explain';
    SET auto_explain.log_min_duration = 0;
    SET auto_explain.log_nested_statements = on;
    SET auto_explain.log_analyze = on;
    SET auto_explain.log_timing = off;
    SET auto_explain.log_format = json;
    SET client_min_messages = log;
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """A statement that was executed, and the tree of what was done for it."""

    statement: str
    root: dict[str, Any]

    def nodes(self) -> Iterator[dict[str, Any]]:
        """All nodes that were executed."""
        left = [self.root]
        while left:
            node = left.pop()
            left += node.get("Plans", [])
            if node.get("Actual Loops", 1):
                yield node

    def faults(self, rows_max: int) -> list[str]:
        """What reads a large table as a whole, or more of its rows."""
        return [
            f"{node['Node Type']} of {node['Relation Name']}, {_scanned(node):.0f} rows: {self.statement}"
            for node in self.nodes()
            if node.get("Relation Name") in LARGE and (node["Node Type"] == "Seq Scan" or _scanned(node) > rows_max)
        ]


def _scanned(node: dict[str, Any]) -> float:
    looked_at = node.get("Actual Rows", 0) + node.get("Rows Removed by Filter", 0)
    return float(looked_at * node.get("Actual Loops", 1))


class Plans:
    """Collects the plans of all statements of a session."""

    def __init__(self, connection: Connection, plan_cache_mode: LiteralString) -> None:
        """The mode is force_generic_plan, where one plan serves for all parameters, or force_custom_plan."""
        self.found: list[Plan] = []
        connection.add_notice_handler(self._add)
        connection.execute("SELECT set_config('plan_cache_mode', %s, false)", (plan_cache_mode,))
        connection.execute(EXPLAIN)
        connection.prepare_threshold = 0

    def _add(self, notice: Diagnostic) -> None:
        _, _, plan = (notice.message_primary or "").partition("plan:\n")
        if plan:
            told = json.loads(plan)
            self.found.append(Plan(plain(told["Query Text"]), told["Plan"]))


def plain(statement: str) -> str:
    """The statement without its line breaks, and with all parameters alike."""
    return " ".join(re.sub(r"%s|%\(\w+\)s|\$\d+", "?", statement).split())
