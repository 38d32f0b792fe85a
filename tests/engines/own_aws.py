"""An emulator of the tests' own, which they can kill, pause and restart."""

import signal
from pathlib import Path

from tests.engines.aws_server import AwsServer
from tests.engines.ports import ReservedPort
from tests.engines.processes import Processes


class OwnAws(AwsServer):
    """An emulator on a free port and in a folder of its own, which `close` ends and removes.

    Methods return when it is done, and raise `EngineFailed` when it takes too long. Its data are in memory alone.
    """

    def __init__(self, name: str) -> None:
        self._reserved = ReservedPort()
        super().__init__(self._reserved.number)
        self._processes = Processes(name)
        try:
            self.start()
        except BaseException:
            self.close()
            raise

    @property
    def folder(self) -> Path:
        return self._processes.folder

    @property
    def running(self) -> bool:
        return self._processes.running

    def start(self) -> None:
        """Starts the emulator, without data."""
        self._processes.start_and_wait(self._answers, *self._command())

    def _command(self) -> list[str]:
        raise NotImplementedError

    def _answers(self) -> bool:
        raise NotImplementedError

    def kill(self) -> None:
        """Ends the emulator by SIGKILL: all its data are lost."""
        self._processes.signal(signal.SIGKILL)
        self._processes.wait_until_ended()

    def restart(self) -> None:
        """Kills the emulator, and starts it on the same port without data."""
        self.kill()
        self.start()

    def pause(self) -> None:
        """Stops the emulator by SIGSTOP: connections stay open, new ones are not refused, and nothing is answered."""
        self._processes.pause()

    def resume(self) -> None:
        """Lets the emulator run after `pause`."""
        self._processes.resume()

    def mend(self) -> None:
        """Brings the emulator back from everything above."""
        self._processes.resume()
        if not self._processes.running:
            self.start()

    def close(self) -> None:
        """Ends the emulator and removes its folder."""
        self._processes.close()
        self._reserved.release()
