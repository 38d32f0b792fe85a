"""What is common to engines of one's own: they can be killed, paused and restarted."""

import socket
from abc import abstractmethod
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException

from cluster.engines.closed import Closed
from cluster.engines.ports import LOCALHOST, ReservedPort
from cluster.engines.processes import Processes

SECONDS = 20.0


class OwnEngine(Closed):
    """An engine on free ports and in a folder of its own, which `close` ends and removes.

    Methods return when it is done, and raise `EngineFailed` when it takes too long.
    """

    _reserved: Sequence[ReservedPort]
    _processes: Processes

    def _begin(self, *steps: Callable[[], None]) -> None:
        """Does the steps of the first start; after an error nothing is left."""
        try:
            for step in steps:
                step()
        except BaseException:
            self.close()
            raise

    @property
    def running(self) -> bool:
        return self._processes.running

    @abstractmethod
    def start(self) -> None:
        """Starts it, with the data that it has; it answers then."""

    def kill(self) -> None:
        """Ends it by SIGKILL: what is not on its disk is lost."""
        self._processes.kill()
        # The last of its threads may still end when the process is gone.
        self._processes.wait_until(lambda: not self._listens(), "leave its port")

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((LOCALHOST, self._reserved[0].number)) == 0

    def pause(self) -> None:
        """Stops it by SIGSTOP: connections stay open, new ones are not refused, and nothing is answered."""
        self._processes.pause()

    def resume(self) -> None:
        """Lets it run after `pause`."""
        self._processes.resume()

    def mend(self) -> None:
        """Brings it back from all that can be done to it: it runs."""
        self._processes.resume()
        if not self.running:
            self.start()

    def close(self) -> None:
        """Ends it and removes its folder."""
        self._processes.close()
        for reserved in self._reserved:
            reserved.release()


def status_at(port: int, path: str) -> int:
    """The status with which a server of HTTP answers; 0 if it does not."""
    with suppress(OSError, HTTPException), closing(HTTPConnection(LOCALHOST, port, timeout=SECONDS)) as connection:
        connection.request("GET", path)
        return connection.getresponse().status
    return 0
