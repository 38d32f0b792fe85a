"""The whole application in process, for a script: its stores fail and stall when told to, and no thread works."""

import json
from dataclasses import replace
from typing import cast

from app.compose import Adapters
from app.compose.ports import Timelines
from app.testing import ManualClock
from tests.built import built
from tests.contracts.racing import JOIN_SECONDS
from tests.fakes.scrapes import Samples, Watch
from tests.http.client import Client
from tests.http.opened import Opened
from tests.http.wire import InProcess, Request
from tests.integration.watched import FaultyTimelines, no_fault

ADMIN = ("X-Admin-Token", "the administrator's token")
SETTINGS = {
    "ADMIN_TOKEN": ADMIN[1],
    "TIMELINE_WINDOW_SECONDS": "5",
    "TIMELINE_IDLE_SECONDS": "600",
    "PULL_FOLLOWERS_THRESHOLD": "3",
    "EVENT_QUEUE_CAPACITY": "1",
    "DELIVERY_MAX_ATTEMPTS": "2",
    "MAX_STREAMS": "1",
}


def end_thread() -> None:
    raise SystemExit


class Scripted:
    """What a script does; nothing is pushed, tried again or thrown away unless it says so."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.perch = built(SETTINGS, clock=self.clock, jitter=1.0, change=self._with_faults)
        self.transport = InProcess(self.perch.app)
        self.streams: list[Opened] = []
        self.tweets: list[str] = []

    def _with_faults(self, adapters: Adapters) -> Adapters:
        self.timelines = FaultyTimelines(adapters.timelines)
        return replace(adapters, timelines=cast("Timelines", self.timelines))

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
            self.timelines.fail_next(after=fails_after)
        self.perch.work.fan_out.step()

    def lose_and_restart_a_thread(self) -> None:
        """The thread that looks for idle timelines dies, and is started again; then all threads are stopped."""
        [housekeeping] = self.perch.work.threads
        self.timelines.before_discard_idle = end_thread
        housekeeping.start()
        housekeeping._thread.join(JOIN_SECONDS)
        self.timelines.before_discard_idle = lambda: None
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

        def wait(*_: object) -> None:
            self.clock.advance(seconds * 1000)
            meanwhile.update(watch.now())

        self.timelines.before_push = wait
        self.step()
        self.timelines.before_push = no_fault
        return {name: value - before[name] for name, value in meanwhile.items() if value != before[name]}
