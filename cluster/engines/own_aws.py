"""An emulator of one's own, which can be killed, paused and restarted."""

from abc import abstractmethod
from pathlib import Path

from cluster.engines.aws_server import AwsServer
from cluster.engines.own_engine import OwnEngine
from cluster.engines.ports import ReservedPort
from cluster.engines.processes import Processes


class OwnAws(OwnEngine, AwsServer):
    """An emulator whose data are in memory alone."""

    def __init__(self, name: str) -> None:
        self._reserved = [ReservedPort()]
        super().__init__(self._reserved[0].number)
        self._processes = Processes(name)
        self._begin(self.start)

    @property
    def folder(self) -> Path:
        return self._processes.folder

    def start(self) -> None:
        """Starts the emulator, without data."""
        self._processes.start_and_wait(self._answers, *self._command())

    @abstractmethod
    def _command(self) -> list[str]: ...

    @abstractmethod
    def _answers(self) -> bool: ...

    def restart(self) -> None:
        """Kills the emulator, and starts it on the same port without data."""
        self.kill()
        self.start()
