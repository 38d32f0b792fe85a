"""Applications with settings of their own."""

from app.config import Settings
from app.container import build
from app.perch import Perch
from app.testing import ManualClock
from tests.http.wire import InProcess


def built(environment: dict[str, str], clock: ManualClock | None = None) -> Perch:
    """An application with these settings; nothing is pushed unless a test steps the fan-out."""
    settings = Settings.from_environment({"SECRET_KEY": "the key of these tests", **environment})
    return build(settings, clock=clock, jitter=lambda: 0.0, run_worker=False)


def in_process(environment: dict[str, str], clock: ManualClock | None = None) -> InProcess:
    return InProcess(built(environment, clock).app)
