"""Leases: what only one process does at a time."""

import os
import secrets
import socket
from typing import LiteralString

from infrastructure.postgres.database import Database

TAKE: LiteralString = """
    INSERT INTO leases VALUES (%s::text, %s::text, clock_ms() + %s::bigint)
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, ends_at_ms = excluded.ends_at_ms
    WHERE leases.holder = excluded.holder OR leases.ends_at_ms <= clock_ms()
        -- The clock was set back.
        OR leases.ends_at_ms > clock_ms() + %s::bigint
"""

RELEASE: LiteralString = "DELETE FROM leases WHERE name = %s::text AND holder = %s::text"


class Lease:
    """A lease of this name that this process asks for again and again, and that ends `seconds` after the last time."""

    def __init__(self, database: Database, name: str, seconds: float) -> None:
        self._database = database
        self._name = name
        self._milliseconds = round(seconds * 1000)
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(8)}"
        self.is_held = False
        """Whether the last `take` had it."""

    def take(self) -> bool:
        """Takes or renews the lease; returns False if another process has it. Raises `Unavailable`."""
        self.is_held = False
        asked = (self._name, self._holder, self._milliseconds, self._milliseconds)
        self.is_held = self._database.count(TAKE, asked) == 1
        return self.is_held

    def release(self) -> None:
        """Ends the lease, if this process has it, so that nobody waits for its end. Raises `Unavailable`."""
        if self.is_held:
            self.is_held = False
            self._database.count(RELEASE, (self._name, self._holder))
