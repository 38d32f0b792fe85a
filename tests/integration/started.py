"""A Perch on an SQLite file, in this process, that can be killed."""

from pathlib import Path

from app.compose import build, open_adapters
from app.settings import Settings
from tests.fakes.clock import ManualClock
from tests.fakes.databases import copied
from tests.http.client import Client
from tests.http.wire import InProcess

PULLED_FROM = 3


class Started:
    """Without SECRET_KEY: the file keeps one, or cursors would not go on. Nothing is pushed unless a test says so."""

    def __init__(self, path: Path, now_ms: int) -> None:
        environment = {
            "DATABASE_URL": f"sqlite:///{path}",
            "TIMELINE_CAPACITY": "3",
            "PULL_FOLLOWERS_THRESHOLD": str(PULLED_FROM),
            "DELIVERY_MAX_ATTEMPTS": "1",
        }
        settings = Settings.from_environment(environment)
        self.path, self.clock = path, ManualClock(now_ms)
        self.adapters = open_adapters(settings, clock=self.clock)
        self.perch = build(settings, self.adapters, run_worker=False)
        self._transport = InProcess(self.perch.app)

    def client(self, user: str) -> Client:
        return Client(self._transport, user)

    def killed_and_started(self, path: Path, moved_ms: int) -> "Started":
        """The next process: on a copy of the file as it is now, and on a clock that was moved meanwhile."""
        copied(self.path, path)
        self.adapters.close()
        return Started(path, self.clock.now_ms() + moved_ms)
