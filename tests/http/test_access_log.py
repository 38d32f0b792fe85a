"""The access log: one line for each request, with its request id, at a level set by its outcome."""

import pytest

from domain.errors import Unavailable
from infrastructure.http.access_log import log_request
from infrastructure.log import current_request_id, get_logger
from infrastructure.memory.tweets import MemoryTweets
from tests.built import in_process
from tests.fakes.log import event_of, written_log
from tests.http.client import Client
from tests.http.test_failures import failing
from tests.http.wire import Answer, InProcess, Request

# The tests make the stores in memory fail.
pytestmark = pytest.mark.local

TIMELINE = "/v1/users/me/timeline"
ROUTE = "/v1/users/{user_id}"
HERS = ("X-Request-Id", "hers")


def logged(app: InProcess, request: Request) -> tuple[Answer, dict[str, object]]:
    """The answer to the request and its one line in the access log at DEBUG."""
    with written_log("DEBUG") as written:
        answer = app.send(request)
    [line] = [line for line in written.lines() if line["event"] == "request"]
    return answer, line


def test_a_line_has_the_route_the_user_the_status_and_the_duration(app: InProcess) -> None:
    answer, line = logged(app, Request("PUT", "/v1/users/alice/following/bob", [("X-User-Id", "alice")]))
    duration_ms = line.pop("duration_ms")
    del line["timestamp"]
    assert line == {
        "level": "info",
        "logger": "perch.http",
        "event": "request",
        "request_id": answer.headers["X-Request-Id"],
        "method": "PUT",
        "route": "/v1/users/me/following/{user_id}",
        "status": 204,
        "user_id": "alice",
    }
    assert isinstance(duration_ms, float)
    assert 0 < duration_ms < 10_000


@pytest.mark.parametrize(
    ("method", "target", "status", "level", "route"),
    [
        ("GET", "/v1/users/bob", 200, "debug", ROUTE),
        ("HEAD", "/v1/users/bob", 200, "debug", ROUTE),
        ("GET", "/v1/users/bob?x=1", 422, "info", ROUTE),
        ("GET", "/v1/users/bob/nothing", 404, "info", None),
        ("DELETE", "/v1/users/bob", 405, "info", None),
        ("BREW", "/v1/users/bob", 405, "info", None),
        ("GET", TIMELINE, 401, "info", TIMELINE),
        ("GET", "//livez", 404, "info", None),
    ],
)
def test_the_outcome_sets_the_level(
    app: InProcess, method: str, target: str, status: int, level: str, route: str | None
) -> None:
    answer, line = logged(app, Request(method, target))
    assert (answer.status, line["status"]) == (status, status)
    assert (line["level"], line["route"]) == (level, route)
    assert line["method"] == ("other" if method == "BREW" else method)
    assert "user_id" not in line


@pytest.mark.parametrize(
    ("error", "status", "level", "cause"),
    [
        (LookupError("gone"), 500, "error", "request_failed"),
        (Unavailable("The store does not answer."), 503, "warning", "unavailable"),
    ],
)
def test_a_failure_has_a_line_of_its_own_with_the_same_request_id(
    app: InProcess, error: Exception, status: int, level: str, cause: str
) -> None:
    with written_log() as written, failing(MemoryTweets, "count", error):
        app.send(Request("GET", "/v1/users/bob", [HERS]))
    failed, accessed = written.lines()
    assert (failed["event"], failed["level"]) == (cause, "error")
    assert (accessed["status"], accessed["level"]) == (status, level)
    assert (failed["request_id"], accessed["request_id"]) == ("hers", "hers")


def test_a_rate_limited_write_is_logged_as_a_warning() -> None:
    app = in_process({"RATE_LIMIT_WRITES": "1/day"})
    Client(app, "alice").follow("bob")
    _, line = logged(app, Request("PUT", "/v1/users/me/following/bob", [("X-User-Id", "alice")]))
    assert (line["status"], line["level"], line["user_id"]) == (429, "warning", "alice")


def test_a_preflight_is_logged_at_debug() -> None:
    app = in_process({"CORS_ORIGINS": "https://app.example"})
    asked = [("Origin", "https://app.example"), ("Access-Control-Request-Method", "GET")]
    _, line = logged(app, Request("OPTIONS", "/v1/users/bob", asked))
    assert (line["level"], line["method"]) == ("debug", "OPTIONS")


def test_by_default_writes_are_logged_and_successful_reads_are_not(alice: Client) -> None:
    with written_log() as written:
        alice.follow("bob")
        alice.publish()
        for target in (TIMELINE, "/v1/users/bob", "/livez", "/openapi.json", "/docs/"):
            assert alice.get(target).status == 200
    assert [(line["method"], line["status"]) for line in written.lines()] == [("PUT", 204), ("POST", 201)]


def test_the_log_lines_of_a_store_have_the_request_id(app: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    count = MemoryTweets.count

    def talkative(store: MemoryTweets, author_id: str) -> int:
        get_logger("perch.store").warning("counting")
        return count(store, author_id)

    monkeypatch.setattr(MemoryTweets, "count", talkative)
    with written_log() as written:
        app.send(Request("GET", "/v1/users/bob", [HERS]))
    [line] = written.lines()
    assert (line["event"], line["request_id"]) == ("counting", "hers")


def test_log_lines_after_a_request_do_not_have_its_id(app: InProcess, caplog: pytest.LogCaptureFixture) -> None:
    app.send(Request("GET", "/v1/users/bob", [HERS]))
    with failing(MemoryTweets, "count", SystemExit()), pytest.raises(SystemExit):
        app.send(Request("GET", "/v1/users/bob", [HERS]))
    assert current_request_id.get() == ""
    get_logger("perch.tests").warning("after")
    assert event_of(caplog.records[-1]) == {"event": "after"}


def test_an_answer_without_a_route_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    log_request({"REQUEST_METHOD": "\x1b[2J"}, "502 BAD GATEWAY", 0.0015)
    [record] = caplog.records
    assert record.levelname == "ERROR"
    assert event_of(record) == {
        "event": "request",
        "method": "other",
        "route": None,
        "status": 502,
        "duration_ms": 1.5,
    }
