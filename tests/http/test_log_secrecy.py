"""No secret of a request gets into the log, whatever its outcome."""

import json
from collections.abc import Iterator

import pytest

from app.compose import Perch
from infrastructure.memory.timelines import MemoryTimelines
from infrastructure.memory.tweets import MemoryTweets
from tests.built import built, in_process, settings_of
from tests.fakes.log import WrittenLog, written_log
from tests.http.client import JSON, Client
from tests.http.test_failures import failing
from tests.http.tokens import HS256, bearer, shared, signed
from tests.http.wire import Answer, InProcess, OverSocket, Request, Transport
from tests.serving import serving

MARKER = "s3ntinel"
"""A part of every value below that must not be logged."""

TEXT = f"{MARKER} a tweet's text"
ADMIN = ("X-Admin-Token", f"{MARKER} of the administrator")
SETTINGS = {"SECRET_KEY": f"{MARKER} of cursors", "ADMIN_TOKEN": ADMIN[1], "DELIVERY_MAX_ATTEMPTS": "2"}
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
    """Sends requests, and records their secrets and the request ids of their answers."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.secrets = {MARKER}
        self.request_ids: list[str] = []

    def send(self, request: Request) -> Answer:
        answer = self._transport.send(request)
        self.request_ids.append(answer.headers["X-Request-Id"])
        return answer

    def assert_secrets_kept(self, written: WrittenLog) -> None:
        """The log is JSON with one line for each request, and holds none of the secrets."""
        accessed = [line for line in written.lines() if line["event"] == "request"]
        assert [line["request_id"] for line in accessed] == self.request_ids
        assert not [secret for secret in self.secrets if secret in written.getvalue()]


@pytest.fixture
def written() -> Iterator[WrittenLog]:
    with written_log("DEBUG") as written:
        yield written


@pytest.fixture(params=["in process", "over a socket"])
def script(request: pytest.FixtureRequest, perch: Perch) -> Iterator[Script]:
    """A script for a service whose settings hold secrets."""
    if request.param == "in process":
        yield Script(InProcess(perch.app))
        return
    with serving(perch, settings_of(SETTINGS)) as url:
        transport = OverSocket(url)
        yield Script(transport)
        transport.close()


@pytest.fixture
def perch() -> Perch:
    return built(SETTINGS)


def test_successful_requests_log_no_secret(written: WrittenLog, script: Script) -> None:
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
    script.assert_secrets_kept(written)


def test_refused_requests_log_no_secret(written: WrittenLog, script: Script) -> None:
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
    script.assert_secrets_kept(written)


def test_failed_requests_log_no_secret(written: WrittenLog, script: Script) -> None:
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
    script.assert_secrets_kept(written)


def test_failed_deliveries_log_no_secret(written: WrittenLog, perch: Perch) -> None:
    script = Script(InProcess(perch.app))
    Client(script, "bob").follow("alice")
    Client(script, "alice").publish(TEXT)
    with failing(MemoryTimelines, "push", ConnectionError("gone")):
        while perch.work.fan_out.step():
            pass
    events = [line["event"] for line in written.lines()]
    assert events == ["request", "request", "tweet_not_pushed", "tweet_dead_lettered"]
    script.assert_secrets_kept(written)


def test_no_token_is_logged(written: WrittenLog) -> None:
    script = Script(in_process({**SETTINGS, **HS256}))
    for token in TOKENS:
        script.secrets |= {part for part in token.split(".") if len(part) > 1}
        for target in (TIMELINE, f"{TIMELINE}?access_token={token}", LETTERS):
            script.send(Request("GET", target, [bearer(token)]))
        script.send(Request("POST", TWEETS, [bearer(token), JSON], BODIES[0]))
    script.assert_secrets_kept(written)
