"""Redis servers behind one address: one is the primary, one follows it, and one is what was primary before."""

import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Self

from cluster.engines.own_redis import OwnRedis
from cluster.engines.proxy import Proxy


class Servers:
    """Three servers and the address that leads to the primary. Connections stay with the server that they are to."""

    def __init__(self, program: str, resources: ExitStack) -> None:
        self._all = [resources.enter_context(OwnRedis(program)) for _ in range(3)]
        self._address = resources.enter_context(Proxy(self._all[0].port))
        self._follows = False

    @classmethod
    @contextmanager
    def started(cls, program: str) -> Iterator[Self]:
        with ExitStack() as resources:
            yield cls(program, resources)

    @property
    def url(self) -> str:
        return self.primary.url_through(self._address.port)

    @property
    def primary(self) -> OwnRedis:
        return self._all[0]

    @property
    def _standby(self) -> OwnRedis:
        return self._all[1]

    def mend(self) -> None:
        """Makes all servers empty primaries, without connections."""
        self._address.cut()
        for server in self._all:
            server.mend()
        self._address.lead_to(self.primary.port)
        self._follows = False

    def save(self) -> None:
        """Makes the snapshot from which `restart` begins."""
        self.primary.save()

    def restart(self, *, empty: bool) -> None:
        """Kills the primary and starts it with no data, or with those of its last snapshot."""
        if empty:
            self.primary.forget_snapshot()
        self.primary.restart()

    def replicate(self) -> None:
        """Gives the standby the data of the primary."""
        if not self._follows:
            self._standby.follow(self.primary)
            self._follows = True

    def fall_behind(self) -> None:
        """Leaves the standby with the data that it has, and makes it a primary that nobody is led to."""
        self.replicate()
        self._standby.lead()
        self._follows = False

    def fail_over(self) -> None:
        """Leads new connections to the standby, with the data that it has. The old primary lives on.

        The one that was primary before is the standby then, and gets the new primary's data when it replicates again.
        """
        self._standby.lead()
        self._follows = False
        self._all = [*self._all[1:], self._all[0]]
        self._address.lead_to(self.primary.port)

    def turn_back(self) -> None:
        """Leads new connections to the server that was primary before, as it is."""
        self._follows = False
        self._all = [self._all[-1], *self._all[:-1]]
        self._address.lead_to(self.primary.port)

    def demote(self) -> None:
        """Makes the primary follow the standby, with its data. The address still leads to it."""
        self.primary.follow(self._standby)
        self._follows = False

    def evict(self, share: float, chance: random.Random) -> None:
        """Removes about this share of the keys of the primary."""
        keys = sorted(self.primary.ask("KEYS", "*"))
        if gone := [key for key in keys if chance.random() < share]:
            self.primary.ask("DEL", *gone)
