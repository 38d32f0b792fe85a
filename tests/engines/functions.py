"""Functions of the database that a test changes, or in which it makes pauses."""

from infrastructure.postgres.sessions import Connection
from tests.engines.sessions import value

BEGINS_AFTER = ("BEGIN", "THEN", ";")
"""A statement begins on the line after one that ends with one of these."""


def rewrite(connection: Connection, function: str, changes: dict[str, str]) -> None:
    """Replaces texts in a function, each of which it has once."""
    definition = _definition_of(connection, function)
    for old, new in changes.items():
        assert definition.count(old) == 1
        definition = definition.replace(old, new)
    connection.execute(definition.encode())


def _definition_of(connection: Connection, function: str) -> str:
    return str(value(connection, "SELECT pg_get_functiondef(%s::regproc)", (function,)))


class Pausing:
    """A function in PL/pgSQL, of which a test makes variants with pauses.

    `places` is the number of places for a pause: one before each statement, in exception handlers too, and before the
    end of each block.
    """

    def __init__(self, connection: Connection, function: str) -> None:
        self._connection = connection
        self._definition = _definition_of(connection, function)
        self._lines = self._definition.splitlines()
        self._begins = _statements(self._lines)
        self.places = len(self._begins)

    def pause(self, seconds: float, first: int, last: int | None = None) -> None:
        """Has the function pause at the places from the first to the last, or at all from the first on."""
        lines = self._lines.copy()
        for line in reversed(self._begins[first : None if last is None else last + 1]):
            # Not PERFORM, which would change what FOUND says of the statement before.
            lines.insert(line, f"IF pg_sleep({seconds}) IS NULL THEN END IF;")
        self._replace_by("\n".join(lines))

    def place_of(self, statement: str) -> int:
        """The place before the only statement with this text."""
        [place] = [place for place, line in enumerate(self._begins) if statement in self._lines[line]]
        return place

    def restore(self) -> None:
        self._replace_by(self._definition)

    def _replace_by(self, definition: str) -> None:
        self._connection.execute(definition.encode())


def _statements(lines: list[str]) -> list[int]:
    """The numbers of the lines on which statements begin, or blocks end."""
    found = []
    is_in_body = begins = False
    for number, line in enumerate(map(str.strip, lines)):
        if begins and line and not line.startswith("--"):
            found.append(number)
            begins = False
        is_in_body = is_in_body or line == "BEGIN"
        begins = begins or (is_in_body and line.endswith(BEGINS_AFTER) and not line.startswith("--"))
    return found
