"""Gateways in front of Perch: nginx with the documented configuration, and Express."""

import re
import shutil
import socket
import subprocess
import time
from base64 import b64encode
from pathlib import Path
from types import TracebackType
from typing import Self

from cluster import nginx_conf
from cluster.perch_process import REPOSITORY
from tests.documents.programs import CLIENTS, node_file, program
from tests.engines.certificates import make_certificate

OPERATIONS = REPOSITORY / "docs" / "operations.md"
PASSWORD = "a password"  # noqa: S105 - of users who are gone with the test
START_SECONDS = 10.0
STOP_SECONDS = 10.0


class GatewayProcess:
    """A process that hands requests from `port` on to Perch; as a context manager it runs until the block ends."""

    def __init__(self, folder: Path) -> None:
        """Its log goes into the folder."""
        self.port = free_port()
        self._log = folder / "gateway.log"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Returns when it listens."""
        with self._log.open("w") as log:
            self._process = subprocess.Popen(self._command(), stdout=log, stderr=log)
        self._wait_until_it_listens()

    def stop(self) -> None:
        """Ends all connections."""
        self._process.terminate()
        self._process.wait(STOP_SECONDS)

    def _command(self) -> list[str | Path]:
        raise NotImplementedError

    def _wait_until_it_listens(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
            except ConnectionRefusedError:
                time.sleep(0.01)
            else:
                return
        raise AssertionError(f"The gateway does not listen.\n{self._log.read_text()}")


class Express(GatewayProcess):
    """Express with its middleware that compresses answers; it trusts the identity that clients send."""

    def __init__(self, folder: Path, perch_url: str) -> None:
        super().__init__(folder)
        self._perch_url = perch_url

    def _command(self) -> list[str | Path]:
        node = program("node", "it comes with Node.js 20 or later")
        for package in ("compression", "express", "http-proxy-middleware"):
            node_file(f"{package}/package.json")
        return [node, CLIENTS / "express_gateway.mjs", str(self.port), self._perch_url]


class Gateway(GatewayProcess):
    """nginx in its own folder, for these users."""

    def __init__(self, folder: Path, perch_port: int, *users: str, connections: int = 100, tls: bool = False) -> None:
        """`connections` is the limit for each address; all connections of a test come from one address."""
        super().__init__(folder)
        self._connections = connections
        self._folder = folder
        self.plain_port = free_port() if tls else self.port
        shutil.copy(nginx_conf.CONFIGURATION, folder / "nginx.conf")
        if tls:
            self._turn_on_tls()
        text = (folder / "nginx.conf").read_text()
        (folder / "nginx.conf").write_text(nginx_conf.changed(text, self._changes(perch_port)))
        (folder / "perch.htpasswd").write_text("".join(f"{user}:{{PLAIN}}{PASSWORD}\n" for user in users))

    def _command(self) -> list[str | Path]:
        nginx = program("nginx", "it is Debian's package nginx-light", Path("/usr/sbin"))
        configuration = self._folder / "nginx.conf"
        return [nginx, "-p", self._folder, "-c", configuration, "-e", "stderr", "-g", "daemon off;"]

    def _turn_on_tls(self) -> None:
        """Runs the documented command, and makes a certificate."""
        [edit] = re.findall(r"^sed -i '(.*)' /etc/nginx/nginx.conf$", OPERATIONS.read_text(), re.MULTILINE)
        subprocess.run(["sed", "-i", edit, self._folder / "nginx.conf"], check=True)  # noqa: S607 - of any system
        make_certificate(self.certificate, self._folder / "perch.key")

    @property
    def certificate(self) -> Path:
        return self._folder / "perch.crt"

    def _changes(self, perch_port: int) -> dict[str, str]:
        """What a test changes in the documented configuration."""
        return nginx_conf.local(
            self._folder, [perch_port], port=self.plain_port, tls_port=self.port, connections=self._connections
        )


def basic(user: str, password: str = PASSWORD) -> dict[str, str]:
    """The header that identifies the user to nginx."""
    return {"Authorization": f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
