"""Ports for engines, which must be known before the engine starts and stay the same when it is started again."""

import random
import socket

PORTS = range(20_000, 32_768)
"""Below the ephemeral ports, which the system gives to outgoing connections."""

LOCALHOST = "127.0.0.1"
TRIES = 1000

# Fixtures seed the shared generator with the same number in all test processes.
_chance = random.SystemRandom()


class ReservedPort:
    """A free TCP port of 127.0.0.1, which is given to nobody else until `release` or until the process ends.

    The UDP port of the same number is the reservation: no engine uses it, and the system frees it with the process.
    """

    def __init__(self, preferred: int | None = None) -> None:
        """`preferred` is taken if it is free."""
        for turn in range(TRIES):
            self._reservation = socket.socket(type=socket.SOCK_DGRAM)
            self.number = preferred if preferred is not None and turn == 0 else _chance.choice(PORTS)
            try:
                self._reservation.bind((LOCALHOST, self.number))
                with socket.socket() as probe:
                    # Connections that ended a moment ago do not keep a port from those who listen.
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    probe.bind((LOCALHOST, self.number))
            except OSError:
                self._reservation.close()
            else:
                return
        raise AssertionError(f"none of {TRIES} ports is free")

    def release(self) -> None:
        self._reservation.close()
