"""The epoch of an engine that forgets: it changes with every server that becomes primary."""

from typing import LiteralString

from infrastructure.postgres.database import Database

FIND: LiteralString = "SELECT epoch, identity FROM epochs WHERE name = %s::text"

# The first number is random, because another database may have used the same server.
CLAIM: LiteralString = """
    INSERT INTO epochs VALUES (%s::text, 1 + floor(random() * 1e15)::bigint, %s::text)
    ON CONFLICT (name) DO UPDATE SET epoch = epochs.epoch + 1, identity = excluded.identity
    WHERE epochs.epoch = %s::bigint AND epochs.identity <> excluded.identity
"""


class PostgresEpoch:
    """A number, which changes with every server that becomes primary, and the identity of the last one.

    Methods raise `Unavailable`.
    """

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._name = name

    def current(self) -> tuple[int, str]:
        """Returns epoch and identity; 0 and no identity before the first server."""
        for epoch, identity in self._database.rows(FIND, (self._name,)):
            return epoch, identity
        return 0, ""

    def claim(self, epoch: int, identity: str) -> None:
        """Begins a new epoch with this server, unless the epoch is not the given one any more."""
        self._database.count(CLAIM, (self._name, identity, epoch))
