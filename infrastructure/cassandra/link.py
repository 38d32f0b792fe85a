"""The link of a process to the cluster: it is made when the cluster answers, and then lasts."""

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


class Link:
    """Has a session once the cluster has answered. Only one thread at a time may call `open` and `probe`."""

    def __init__(self, address: Address, patience: float) -> None:
        self._address = address
        self._patience = patience
        self._ready: Ready | None = None

    def ready(self) -> Ready:
        """Returns the session; raises `Unavailable` if there was none yet."""
        if self._ready is None:
            raise Unavailable("Cassandra has not answered yet.")
        return self._ready

    def open(self) -> None:
        """Opens the session; raises `CannotUse`, and `Unavailable` if no node answers."""
        session = open_checked(self._address, self._patience)
        try:
            self._ready = Ready.of(session, self._address.keyspace)
        except BaseException:
            session.close()
            raise

    def probe(self) -> None:
        """Asks the cluster for a timeline that is not there; raises `Unavailable`, also if too few nodes have it."""
        if self._ready is not None:
            self._ready.session.ask(self._ready.head.bind(NOBODY))
            return
        try:
            self.open()
        except CannotUse as error:
            raise Unavailable(str(error)) from None

    def close(self) -> None:
        ready, self._ready = self._ready, None
        if ready is not None:
            ready.session.close()
