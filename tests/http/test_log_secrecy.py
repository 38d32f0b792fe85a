"""Nothing that was sent in confidence gets into the log, whatever becomes of the request."""

import json
from collections.abc import Iterator

import pytest

from app.config import Settings
from app.container import build
from app.perch import Perch
from app.testing import serving
from infrastructure.memory.timelines import MemoryTimelines
from infrastructure.memory.tweets import MemoryTweets
from tests.fakes.log import WrittenLog, written_log
from tests.http.client import JSON, Client
from tests.http.test_failures import failing
from tests.http.tokens import HS256, bearer, shared, signed
from tests.http.wire import Answer, InProcess, OverSocket, Request, Transport

MARKER = "s3ntinel"
"""In everything below that must not be logged."""

TEXT = f"{MARKER} a tweet's text"
SECRETS = {"SECRET_KEY": f"{MARKER} of cursors", "ADMIN_TOKEN": f"{MARKER} of the administrator"}
ADMIN = ("X-Admin-Token", SECRETS["ADMIN_TOKEN"])
LETTERS = "/v1/admin/dead-letters"
TIMELINE = "/v1/users/me/timeline"
TWEETS = "/v1/tweets"
AS_ALICE = ("X-User-Id", "alice")

BODIES = [
    json.dumps({"text": TEXT}).encode(),
    json.dumps({"text": TEXT * 50}).encode(),
    json.dumps({"text": TEXT, MARKER: MARKER}).encode(),
    json.dumps({"text": [TEXT]}).encode(),
    json.dumps(TEXT).encode(),
    b'{"text": "' + TEXT.encode(),
    b'{"text": "' + TEXT.encode() + b'\xff"}',
    b'{"text": "' + TEXT.encode() + b'\\ud800"}',
    b"[" * 5000 + TEXT.encode(),
    TEXT.encode() * 1000,
]
TARGETS = [
    f"/{MARKER}",
    f"//{MARKER}",
    f"/v1/users/{MARKER}%20",
    f"/v1/tweets/{MARKER}",
    f"{TIMELINE}?{MARKER}",
    f"{TIMELINE}?limit={MARKER}",
    f"{TIMELINE}?since_id={MARKER}",
    f"{TIMELINE}?cursor={MARKER}",
    f"/v1/users/me/relationships?ids={MARKER}%20",
    f"/livez?{MARKER}=%FF",
]
HEADERS = [
    ("X-User-Id", f"{MARKER} {MARKER}"),
    ("X-Request-Id", f"{MARKER} {MARKER}"),
    ("Authorization", f"Bearer {MARKER}"),
    ("Authorization", f"{MARKER}"),
    ("X-Admin-Token", MARKER),
    ("Idempotency-Key", f"{MARKER} \xff"),
    ("Content-Type", MARKER),
    ("Origin", f"https://{MARKER}"),
    ("If-None-Match", f'"{MARKER}"'),
    ("Cookie", MARKER),
]
TOKENS = [
    shared(jti=MARKER),
    shared(jti=MARKER, exp=1),
    shared(jti=MARKER, aud=MARKER),
    shared(sub=f"{MARKER} no user id"),
    shared(scope=f"admin {MARKER}"),
    signed("none", None, {"sub": MARKER}),
    signed("HS256", MARKER.encode() * 8, {"sub": MARKER}, kid=MARKER),
    MARKER,
    f"{MARKER}.{MARKER}.{MARKER}",
]


class Script:
    """Sends requests, and remembers what is secret in them and which ids their answers had."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.secrets = {MARKER}
        self.request_ids: list[str] = []

    def send(self, request: Request) -> Answer:
        answer = self._transport.send(request)
        self.request_ids.append(answer.headers["X-Request-Id"])
        return answer

    def assert_kept(self, written: WrittenLog) -> None:
        """Whether the log is JSON with one line for each request, and holds none of the secrets."""
        accessed = [line for line in written.lines() if line["event"] == "request"]
        assert [line["request_id"] for line in accessed] == self.request_ids
        assert not [secret for secret in self.secrets if secret in written.getvalue()]


@pytest.fixture
def written() -> Iterator[WrittenLog]:
    with written_log("DEBUG") as written:
        yield written


def built(**environment: str) -> tuple[Perch, Settings]:
    settings = Settings.from_environment({**SECRETS, "DELIVERY_MAX_ATTEMPTS": "2", **environment})
    return build(settings, jitter=lambda: 0.0, run_worker=False), settings


@pytest.fixture(params=["in process", "over a socket"])
def script(request: pytest.FixtureRequest, perch: Perch) -> Iterator[Script]:
    """A script for a service with secrets of its own."""
    if request.param == "in process":
        yield Script(InProcess(perch.app))
        return
    with serving(*built()) as url:
        transport = OverSocket(url)
        yield Script(transport)
        transport.close()


@pytest.fixture
def perch() -> Perch:
    return built()[0]


def test_good_requests(written: WrittenLog, script: Script) -> None:
    client = Client(script, "bob")
    client.follow("alice")
    for number in range(3):
        Client(script, "alice").publish(f"{TEXT} {number}")
    for target in (f"{TIMELINE}?limit=1", "/v1/users/alice/tweets?limit=1"):
        cursor = client.page(target)["meta"]["next_cursor"]
        script.secrets |= {cursor, cursor[:12]}
        client.page(f"{target}&cursor={cursor}")
        client.get(f"{target}&cursor={cursor[:-1]}")
    keyed = ("Idempotency-Key", f"{MARKER} key")
    for body in (BODIES[0], BODIES[0], b'{"text": "another"}'):
        client.send("POST", TWEETS, JSON, keyed, body=body)
    client.get(LETTERS, ADMIN)
    client.get(f"{LETTERS}?cursor={cursor}", ADMIN)
    script.assert_kept(written)


def test_bad_requests(written: WrittenLog, script: Script) -> None:
    for body in BODIES:
        script.send(Request("POST", TWEETS, [AS_ALICE, JSON], body))
        script.send(Request("POST", f"{LETTERS}/redrive", [ADMIN, JSON], body))
    for target in TARGETS:
        for method in ("GET", "DELETE", MARKER.upper()):
            script.send(Request(method, target, [AS_ALICE]))
    for header in HEADERS:
        script.send(Request("POST", TWEETS, [AS_ALICE, header, JSON], BODIES[0]))
        script.send(Request("GET", TIMELINE, [header]))
        script.send(Request("GET", LETTERS, [header]))
    script.secrets.add(MARKER.upper())
    script.assert_kept(written)


def test_requests_that_fail_inside(written: WrittenLog, script: Script) -> None:
    Client(script, "alice").follow("bob")
    for store, method in ((MemoryTweets, "publish"), (MemoryTweets, "frontier"), (MemoryTimelines, "view")):
        with failing(store, method, LookupError("gone")):
            script.send(Request("POST", f"{TWEETS}", [AS_ALICE, JSON, ("Idempotency-Key", MARKER)], BODIES[0]))
            script.send(Request("GET", f"{TIMELINE}?limit=1&cursor={MARKER}", [AS_ALICE]))
            script.send(Request("GET", f"{TIMELINE}?limit=1", [AS_ALICE, ("Authorization", MARKER)]))
    failed = [line for line in written.lines() if line["event"] == "request_failed"]
    assert failed
    assert all("LookupError: gone" in line["exception"] for line in failed)
    assert {line["request_id"] for line in failed} <= set(script.request_ids)
    script.assert_kept(written)


def test_deliveries_that_fail(written: WrittenLog, perch: Perch) -> None:
    script = Script(InProcess(perch.app))
    Client(script, "bob").follow("alice")
    Client(script, "alice").publish(TEXT)
    with failing(MemoryTimelines, "push", ConnectionError("gone")):
        while perch.fan_out.left():
            perch.fan_out.step()
    events = [line["event"] for line in written.lines()]
    assert events == ["request", "request", "tweet_not_pushed", "tweet_dead_lettered"]
    script.assert_kept(written)


def test_tokens(written: WrittenLog) -> None:
    perch, _ = built(**HS256)
    script = Script(InProcess(perch.app))
    for token in TOKENS:
        script.secrets |= {part for part in token.split(".") if len(part) > 1}
        for target in (TIMELINE, f"{TIMELINE}?access_token={token}", LETTERS):
            script.send(Request("GET", target, [bearer(token)]))
        script.send(Request("POST", TWEETS, [bearer(token), JSON], BODIES[0]))
    script.assert_kept(written)
