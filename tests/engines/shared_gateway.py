"""nginx in front of several processes of Perch."""

from collections.abc import Sequence
from pathlib import Path

from cluster import nginx_conf
from tests.e2e.gateway import Gateway

ASKED = "X-Asked"
"""The header with the addresses of the processes that nginx asked, one after the other: it passes some requests on."""

PASSES_ON = "proxy_next_upstream error;"


class SharedGateway(Gateway):
    """nginx with the documented configuration and a line for each process; it trusts the identity that clients send.

    Answers say which processes were asked.
    """

    def __init__(self, folder: Path, ports: Sequence[int]) -> None:
        self._ports = ports
        super().__init__(folder, ports[0])

    def _changes(self, perch_port: int) -> dict[str, str]:
        del perch_port
        changes = nginx_conf.local(self._folder, self._ports, port=self.plain_port, connections=self._connections)
        return {**changes, **nginx_conf.TRUSTING, PASSES_ON: f"{PASSES_ON} add_header {ASKED} $upstream_addr always;"}
