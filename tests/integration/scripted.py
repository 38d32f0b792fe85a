"""The whole application in process, for a script: its stores fail and stall when told to, and no thread works."""

import json
from collections.abc import Callable, Sequence

import pytest

from app import container
from app.config import Settings
from app.testing import ManualClock
from domain.errors import Unavailable
from infrastructure.memory.timelines import MemoryTimelines
from infrastructure.memory.users import Users
from tests.contracts.racing import JOIN_SECONDS
from tests.fakes.scrapes import Samples, Watch
from tests.http.client import Client
from tests.http.opened import Opened
from tests.http.wire import InProcess, Request

ADMIN = ("X-Admin-Token", "the administrator's token")
SETTINGS = Settings(
    secret_key="the key of these tests",  # noqa: S106
    admin_token=ADMIN[1],
    timeline_window_seconds=5.0,
    timeline_idle_seconds=600.0,
    pull_followers_threshold=3,
    event_queue_capacity=1,
    delivery_max_attempts=2,
    dead_letter_capacity=1,
    max_streams=1,
)


class SteeredTimelines(MemoryTimelines):
    """Does something before each push, raises in the middle of some, and ends the thread that looks for idle ones."""

    def __init__(self, users: Users, capacity: int, idle_seconds: float, monotonic: Callable[[], float]) -> None:
        super().__init__(users, capacity, idle_seconds, monotonic)
        self.before_push: Callable[[], object] = lambda: None
        self.failures: list[int] = []
        self.ends_threads = False

    def discard_idle(self) -> int:
        if self.ends_threads:
            raise SystemExit
        return super().discard_idle()

    def push(self, tweet_id: int, user_ids: Sequence[str]) -> None:
        self.before_push()
        if not self.failures:
            super().push(tweet_id, user_ids)
            return
        super().push(tweet_id, user_ids[: self.failures.pop()])
        raise Unavailable("the timelines do not answer")


class Scripted:
    """What a script does; nothing is pushed, tried again or thrown away unless it says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        made: list[SteeredTimelines] = []

        def make(users: Users, capacity: int, idle_seconds: float, monotonic: Callable[[], float]) -> SteeredTimelines:
            made.append(SteeredTimelines(users, capacity, idle_seconds, monotonic))
            return made[0]

        monkeypatch.setattr(container, "MemoryTimelines", make)
        self.clock = ManualClock()
        self.perch = container.build(SETTINGS, clock=self.clock, jitter=lambda: 1.0, run_worker=False)
        self.timelines = made[0]
        self.transport = InProcess(self.perch.app)
        self.streams: list[Opened] = []
        self.tweets: list[str] = []

    def watch(self, *ignored: str) -> Watch:
        return Watch(self.perch.metrics, ignored=ignored)

    def client(self, user_id: str | None = None) -> Client:
        return Client(self.transport, user_id)

    def follow(self, author_id: str, *follower_ids: str) -> None:
        for follower_id in follower_ids:
            self.client(follower_id).follow(author_id)

    def publish(self, author_id: str) -> None:
        self.tweets.append(self.client(author_id).publish()["id"])

    def delete(self, author_id: str, at: int) -> None:
        """Deletes the tweet that was published at this place."""
        assert self.client(author_id).delete(f"/v1/tweets/{self.tweets[at]}").status == 204

    def read(self, user_id: str, query: str = "") -> None:
        self.client(user_id).page(f"/v1/users/me/timeline{query}")

    def open_stream(self, user_id: str) -> None:
        """Opens a stream, and reads the start of it."""
        self.streams.append(Opened(self.perch, ("X-User-Id", user_id)))
        self.streams[-1].read()

    def step(self, *, fails_after: int | None = None) -> None:
        """One step of the fan-out, which fails after so many timelines of its slice if that is said."""
        if fails_after is not None:
            self.timelines.failures.append(fails_after)
        self.perch.fan_out.step()

    def lose_and_restart_a_thread(self) -> None:
        """The thread that looks for idle timelines dies, and is started again; then all threads are stopped."""
        housekeeping = self.perch.threads[0]
        self.timelines.ends_threads = True
        housekeeping.start()
        housekeeping._thread.join(JOIN_SECONDS)
        self.timelines.ends_threads = False
        self.perch.supervise()
        assert housekeeping.stop(JOIN_SECONDS)

    def redrive(self) -> None:
        body = json.dumps({"all": True}).encode()
        headers = [ADMIN, ("Content-Type", "application/json")]
        answer = self.transport.send(Request("POST", "/v1/admin/dead-letters/redrive", headers, body))
        assert (answer.status, answer.json()) == (202, {"redriven": 1})

    def stall(self, seconds: int) -> Samples:
        """One step whose push takes so long; returns what changed by the end of that time, before it goes on."""
        watch = self.watch("perch_http")
        before = watch.now()
        meanwhile: dict[str, float] = {}

        def wait() -> None:
            self.clock.advance(seconds * 1000)
            meanwhile.update(watch.now())

        self.timelines.before_push = wait
        self.step()
        self.timelines.before_push = lambda: None
        return {name: value - before[name] for name, value in meanwhile.items() if value != before[name]}
