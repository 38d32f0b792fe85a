"""Processes of a cluster that answer HTTP: those of Perch, and nginx in front of them."""

import shutil
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from cluster import nginx_conf
from cluster.engines.ports import LOCALHOST, ReservedPort
from cluster.engines.processes import NOTHING, START_SECONDS, EngineFailed, Processes
from cluster.perch_process import REPOSITORY, command

NGINX_MISSING = "nginx is not installed: it is Debian's package nginx-light"
CONNECTIONS = 10_000
"""nginx's limit for each address: all clients on this machine have one address."""

ANSWER_SECONDS = 5.0
OK = 200


class Member:
    """A process, from `start` to `close`. It has a folder of its own, and ends with the process that started it."""

    def __init__(self, name: str, port: ReservedPort, ready_path: str, variables: Mapping[str, str] = NOTHING) -> None:
        """Starts nothing yet; when it answers 200 to `ready_path`, it is ready."""
        self.name = name
        self._port = port
        self._ready_path = ready_path
        self._processes = Processes(name, variables=variables)
        self._asked_to_stop = False

    @property
    def port(self) -> int:
        return self._port.number

    @property
    def pid(self) -> int:
        return self._processes.main

    @property
    def folder(self) -> Path:
        return self._processes.folder

    def start(self, *command_line: str | Path) -> None:
        """Starts it; returns at once."""
        self._processes.start(*command_line)

    def wait_until_ready(self) -> None:
        """Returns when it is ready; raises `EngineFailed` when it ends before, or takes longer than `START_SECONDS`."""
        self._processes.wait_until(lambda: self._answers() or not self.is_running(), "start", START_SECONDS)
        if not self.is_running():
            raise self.failure("does not start")

    def _answers(self) -> bool:
        connection = HTTPConnection(LOCALHOST, self.port, timeout=ANSWER_SECONDS)
        try:
            connection.request("GET", self._ready_path)
            return connection.getresponse().status == OK
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def is_running(self) -> bool:
        return self._processes.running

    def failure(self, what: str) -> EngineFailed:
        """An error that says so, with the end of the log."""
        return self._processes.failure(what)

    def ask_to_stop(self) -> None:
        """A second request would end Perch at once, so there is only one."""
        if not self._asked_to_stop:
            self._asked_to_stop = True
            self._processes.signal(signal.SIGTERM)

    def close(self) -> None:
        """Ends it, in order if it does so in time, and removes its folder."""
        self.ask_to_stop()
        with suppress(EngineFailed):
            self._processes.wait_until_ended()
        self._processes.close()
        self._port.release()


def perch(name: str, role: str, settings: Mapping[str, str]) -> Member:
    """Starts `python -m app serve` or `work`."""
    port = ReservedPort()
    own = {"PYTHONPATH": str(REPOSITORY), "HOST": LOCALHOST, "PORT": str(port.number)}
    member = Member(name, port, "/readyz", {**settings, **own})
    member.start(*command(role))
    return member


def find_nginx() -> str | None:
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


def nginx(program: str, port: ReservedPort, perch_ports: Sequence[int]) -> Member:
    """Starts nginx with docs/nginx.conf in front of these; it trusts the identity that clients send."""
    member = Member("nginx", port, "/v1/tweets?limit=1")
    changes = nginx_conf.local(member.folder, perch_ports, port=port.number, connections=CONNECTIONS)
    text = nginx_conf.changed(nginx_conf.CONFIGURATION.read_text(), {**changes, **nginx_conf.TRUSTING})
    configuration = member.folder / "nginx.conf"
    configuration.write_text(text)
    member.start(program, "-p", member.folder, "-c", configuration, "-e", "stderr", "-g", "daemon off;")
    return member
