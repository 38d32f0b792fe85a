"""The whole application in process, driven by a script: no thread runs, and the stores fail and stall on demand."""

import json
from dataclasses import replace
from typing import cast

from app.compose import Adapters
from app.compose.ports import Timelines
from cluster.scrapes import Samples, Watch
from tests.built import built
from tests.contracts.racing import JOIN_SECONDS
from tests.fakes.clock import ManualClock
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
    """The steps of a script; nothing is pushed, retried or discarded unless the script does it."""

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
        """Deletes the tweet at this index of `tweets`."""
        assert self.client(author_id).delete(f"/v1/tweets/{self.tweets[at]}").status == 204

    def read(self, user_id: str, query: str = "") -> None:
        self.client(user_id).page(f"/v1/users/me/timeline{query}")

    def open_stream(self, user_id: str) -> None:
        """Opens a stream and reads its start."""
        self.streams.append(Opened(self.perch, ("X-User-Id", user_id)))
        self.streams[-1].read()

    def step(self, *, fails_after: int | None = None) -> None:
        """Runs one step of the fan-out; with `fails_after`, its push fails after this many timelines."""
        if fails_after is not None:
            self.timelines.fail_next(after=fails_after)
        self.perch.work.fan_out.step()

    def lose_and_restart_a_thread(self) -> None:
        """Ends the housekeeping thread, has it restarted, and stops it."""
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
        """Runs one step whose push takes `seconds`; returns the changes of the metrics during the push."""
        watch = self.watch("perch_http")
        before = watch.now()
        during: dict[str, float] = {}

        def wait(*_: object) -> None:
            self.clock.advance(seconds * 1000)
            during.update(watch.now())

        self.timelines.before_push = wait
        self.step()
        self.timelines.before_push = no_fault
        return {name: value - before[name] for name, value in during.items() if value != before[name]}
