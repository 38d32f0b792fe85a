"""nginx in front of several processes of Perch."""

from collections.abc import Sequence
from pathlib import Path

from tests.e2e.gateway import Gateway


class SharedGateway(Gateway):
    """nginx with the documented configuration and a line for each process; it trusts the identity that clients send."""

    def __init__(self, folder: Path, ports: Sequence[int]) -> None:
        self._ports = ports
        super().__init__(folder, ports[0])

    def _adapted(self, text: str, perch_port: int) -> str:
        changes = {
            f"server 127.0.0.1:{perch_port};": " ".join(f"server 127.0.0.1:{port};" for port in self._ports),
            'auth_basic "Perch";': "auth_basic off;",
            "X-User-Id $remote_user;": "X-User-Id $http_x_user_id;",
        }
        text = super()._adapted(text, perch_port)
        for documented, here in changes.items():
            assert documented in text
            text = text.replace(documented, here)
        return text
