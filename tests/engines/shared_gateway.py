"""nginx in front of several processes of Perch."""

from collections.abc import Sequence
from pathlib import Path

from tests.e2e import nginx_conf
from tests.e2e.gateway import Gateway


class SharedGateway(Gateway):
    """nginx with the documented configuration and a line for each process; it trusts the identity that clients send."""

    def __init__(self, folder: Path, ports: Sequence[int]) -> None:
        self._ports = ports
        super().__init__(folder, ports[0])

    def _changes(self, perch_port: int) -> dict[str, str]:
        del perch_port
        changes = nginx_conf.local(self._folder, self._ports, port=self.plain_port, connections=self._connections)
        return {**changes, **nginx_conf.TRUSTING}
