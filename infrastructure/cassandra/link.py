"""The link of a process to the cluster: it is made when the cluster answers, and anew when it no longer does."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from domain.errors import Unavailable
from infrastructure.cannot_use import CannotUse
from infrastructure.cassandra.address import Address
from infrastructure.cassandra.schema import TABLE, open_checked
from infrastructure.cassandra.session import Connected, Statement

# A static column comes with the rows that are found. So the head alone is asked for without bounds.
HEAD = "SELECT DISTINCT head FROM {table} WHERE user_id = ? AND generation = ?"

VIEW = """
    SELECT tweet_id, head FROM {table} WHERE user_id = ? AND generation = ? AND tweet_id > ? AND tweet_id < ? LIMIT ?
"""

ADD = "INSERT INTO {table} (user_id, generation, tweet_id) VALUES (?, ?, ?)"
SET_HEAD = "INSERT INTO {table} (user_id, generation, head) VALUES (?, ?, ?)"


NOBODY = ("", 0)

ANEW_SECONDS = 10.0
"""While the cluster does not answer, a new session is tried so often. The driver resolves the names of nodes once, and
gives a node up that refuses its password; a cluster may come back with other addresses, and a node in the middle of its
start may refuse everybody."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A session, and the statements that it has prepared."""

    session: Connected
    head: Statement
    view: Statement
    add: Statement
    set_head: Statement

    @classmethod
    def of(cls, session: Connected, keyspace: str) -> "Ready":
        """Prepares the statements; raises `Unavailable`."""
        table = f"{keyspace}.{TABLE}"
        return cls(session, *(session.prepare(text.format(table=table)) for text in (HEAD, VIEW, ADD, SET_HEAD)))

    def ask(self) -> None:
        """Asks for a timeline that is not there; raises `Unavailable`, also if too few nodes have it."""
        self.session.ask(self.head.bind(NOBODY))


class Link:
    """Has a session once the cluster has answered. Only one thread at a time may call `open` and `probe`."""

    def __init__(self, address: Address, patience: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._address = address
        self._patience = patience
        self._monotonic = monotonic
        self._ready: Ready | None = None
        self._anew_at = 0.0
        self._is_closed = False

    def ready(self) -> Ready:
        """Returns the session; raises `Unavailable` if there was none yet."""
        if self._ready is None:
            raise Unavailable("Cassandra has not answered yet.")
        return self._ready

    def open(self) -> None:
        """Opens the session; raises `CannotUse`, and `Unavailable` if no node answers."""
        self._ready = self._opened()

    def _opened(self) -> Ready:
        session = open_checked(self._address, self._patience)
        try:
            return Ready.of(session, self._address.keyspace)
        except BaseException:
            session.close()
            raise

    def probe(self) -> None:
        """Asks the cluster; raises `Unavailable`. A session without answers is replaced by one that has some."""
        if self._ready is None:
            self._open_anew()
            return
        try:
            self._ready.ask()
        except Unavailable:
            if self._monotonic() < self._anew_at:
                raise
            self._open_anew()

    def _open_anew(self) -> None:
        self._anew_at = self._monotonic() + ANEW_SECONDS
        try:
            fresh = self._opened()
        except CannotUse as error:
            raise Unavailable(str(error)) from None
        try:
            fresh.ask()
        except BaseException:
            fresh.session.close()
            raise
        old, self._ready = self._ready, fresh
        if old is not None:
            old.session.close()
        if self._is_closed:
            self.close()

    def close(self) -> None:
        """Closes the session; one that is being opened now is closed by the thread that opens it."""
        self._is_closed = True
        ready, self._ready = self._ready, None
        if ready is not None:
            ready.session.close()
