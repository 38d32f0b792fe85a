"""The server that is primary, by the epoch in the database."""

import re
import threading
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from domain.errors import Unavailable
from infrastructure.log import get_logger
from infrastructure.outside.circuit import Circuit
from infrastructure.outside.epochs import Epochs
from infrastructure.redis.connections import Answer, Argument, Connections, packed
from infrastructure.redis.scripts import AnotherServer, Script

log = get_logger("perch.redis")

RENEW_SECONDS = 1.0
"""The shortest time between two attempts to begin an epoch, while they fail."""

LOST_SECONDS = 60.0
"""A process that goes on being led to a server that lost the epoch claims it again after this time."""

INFO = (packed("INFO", "server"), packed("INFO", "replication"))

Result = TypeVar("Result")


class Epoch(NamedTuple):
    """The number of the epoch and the identity of its server: `run_id` and `master_replid` of INFO."""

    number: int
    identity: str


class Primary:
    """Runs scripts on the server of an epoch, and begins a new epoch where the connections lead to another server.

    The epoch is claimed only for what a new connection finds, and only if the row is still as it was before. So a
    server that has been replaced is not claimed again over an old connection. Two processes that are led to different
    servers could take the epoch from each other for ever: so one whose server has lost it waits `LOST_SECONDS`.
    The lock is held by the one thread that renews.
    """

    def __init__(
        self,
        connections: Connections,
        epochs: Epochs,
        circuit: Circuit,
        monotonic: Callable[[], float],
        *,
        renew_seconds: float = RENEW_SECONDS,
    ) -> None:
        self._connections = connections
        self._epochs = epochs
        self._circuit = circuit
        self._monotonic = monotonic
        self._renew_seconds = renew_seconds
        self._renewing = threading.Lock()
        self._renew_at = 0.0
        self._used = ""
        """The identity of the server that this process used last."""
        self._lost_at: float | None = None

    def current(self) -> Epoch:
        """Returns the epoch of now; raises `Unavailable`."""
        return Epoch(*self._epochs.current())

    def call(self, work: Callable[[], Result]) -> Result:
        """Returns what `work` returns; raises `Unavailable` if it does, or at once while Redis does not answer.

        If it met another server, a new epoch may have begun when this raises `AnotherServer`.
        """
        try:
            return self._circuit.call(work)
        except AnotherServer:
            self._connections.drop()
            self.renew()
            raise

    def run(
        self, epoch: Epoch, script: Script, keys: Sequence[Sequence[str | bytes]], *arguments: Argument
    ) -> list[Answer]:
        """Runs the script once for each list of keys on the server of this epoch; to be called within `call`.

        Raises `AnotherServer` and `Unavailable`.
        """
        if not epoch.identity:
            raise AnotherServer("The timelines are on no server of Redis yet.")
        answers = script.run(self._connections, epoch.identity, keys, *arguments)
        self._used = epoch.identity
        return answers

    def renew(self) -> None:
        """Claims the epoch for the server to which a new connection leads, if it is another; raises `Unavailable`."""
        if not self._renewing.acquire(blocking=False):
            return
        try:
            if self._monotonic() >= self._renew_at:
                self._renew_at = self._monotonic() + self._renew_seconds
                self._renew()
        finally:
            self._renewing.release()

    def _renew(self) -> None:
        # First the row: the epoch may pass to another server after the connection is made, and then it is not ours.
        epoch = self.current()
        found = self._circuit.call(lambda: identity_of(self._connections))
        if found != epoch.identity:
            if not self._may_claim(found):
                return
            self._epochs.claim(epoch.number, found)
            log.warning("epoch_begun", engine=self._circuit.engine, server=found, after=epoch.number)
        self._used, self._lost_at, self._renew_at = found, None, 0.0

    def _may_claim(self, found: str) -> bool:
        if found != self._used:
            return True
        now = self._monotonic()
        if self._lost_at is None:
            self._lost_at = now
            log.error("epoch_lost", engine=self._circuit.engine, server=found)
        return now >= self._lost_at + LOST_SECONDS


def identity_of(connections: Connections) -> str:
    """Returns the identity of the server to which a new connection leads; raises `Unavailable` if it is no primary."""
    server, replication = connections.ask_anew(*INFO)
    role = _field(replication, "role")
    if role != "master":
        raise Unavailable(f"The server of Redis is no primary: its role is {role or 'unknown'}.")
    return f"{_field(server, 'run_id')}:{_field(replication, 'master_replid')}"


def _field(info: Answer, name: str) -> str:
    found = re.search(rb"^%s:(\w+)" % name.encode(), info if isinstance(info, bytes) else b"", re.MULTILINE)
    return found[1].decode() if found else ""
