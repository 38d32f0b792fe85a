"""An emulator of SNS and SQS of one's own: moto's server.

It is not like the real one in this: a restart loses all queues, topics and messages, `StartMessageMoveTask` is not
there, queues keep their order, any credentials are good, no policy is asked, and it takes 50 to 150 messages a second.
"""

import sys
from importlib.util import find_spec

from cluster.engines.own_aws import OwnAws
from cluster.engines.own_engine import status_at
from cluster.engines.ports import LOCALHOST

MISSING = "moto's server is not installed: pip install 'moto[server]'"
HEALTHY = 200


def is_installed() -> bool:
    return find_spec("moto") is not None and find_spec("flask_cors") is not None


class OwnMoto(OwnAws):
    """moto's server, for SNS and SQS."""

    def __init__(self) -> None:
        super().__init__("moto")

    def _command(self) -> list[str]:
        return [sys.executable, "-m", "moto.server", "-H", LOCALHOST, "-p", str(self.port)]

    def _answers(self) -> bool:
        return status_at(self.port, "/moto-api/") == HEALTHY
