"""Pages of other origins read nothing, and cannot write in the name of a browser's user."""

import pytest

from tests.built import in_process
from tests.http.cases import TEXT
from tests.http.client import Client
from tests.http.test_cors import cors_headers, preflight
from tests.http.wire import InProcess, Request

ORIGIN = "https://app.example"
LOOK_ALIKES = [
    *("null", "https://app.example.evil.example", "https://app.example-evil", "https://evilapp.example"),
    *("https://evil.example/https://app.example", "https://app.example@evil.example", "https://app.example:8443"),
    *(
        "http://app.example",
        "https://app.example/",
        "https://app.example.",
        "https://appxexample",
        "https://sub.app.example",
    ),
    *("https://app.example, https://evil.example", "https://app.example https://evil.example", "https://app.example\t"),
    *("https://app.example%60.evil.example", "https://app.example_.evil.example", "app.example", "*", "file://"),
    *("https://app.examplë", "https://app.example\xa0", "https://app.example\x85"),
]
SIMPLE = [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/plain;application/json",
]
"""The media types that a browser sends to another origin without a preflight (https://fetch.spec.whatwg.org/#cors-safelisted-request-header)."""


@pytest.fixture
def service() -> InProcess:
    return in_process({"CORS_ORIGINS": ORIGIN})


@pytest.mark.parametrize("origin", LOOK_ALIKES, ids=ascii)
def test_an_origin_that_resembles_an_allowed_one_gets_no_cors_headers(service: InProcess, origin: str) -> None:
    # A server strips the white space around a value.
    if origin.strip(" \t") == ORIGIN:
        origin = f"{origin}x"
    assert not cors_headers(preflight(service, "/v1/tweets", "POST", origin))
    assert not cors_headers(Client(service, "alice").get("/v1/users/me/timeline", ("Origin", origin)))


def test_no_origin_may_send_credentials(service: InProcess) -> None:
    for answer in (
        preflight(service, "/v1/tweets", "POST", ORIGIN),
        Client(service).get("/v1/users/bob", ("Origin", ORIGIN)),
    ):
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert "Access-Control-Allow-Private-Network" not in answer.headers


@pytest.mark.parametrize("media_type", [*SIMPLE, None], ids=str)
@pytest.mark.parametrize("origin", ["https://evil.example", "null", ORIGIN])
def test_a_form_on_a_page_of_another_origin_publishes_nothing(
    service: InProcess, media_type: str | None, origin: str
) -> None:
    """A browser sends a cookie or password with any form, so a gateway would accept the form as the user's."""
    headers = [("X-User-Id", "alice"), ("Origin", origin)]
    if media_type is not None:
        headers.append(("Content-Type", media_type))
    assert service.send(Request("POST", "/v1/tweets", headers, TEXT)).status == 415
    assert Client(service).get("/v1/users/alice").json()["tweets_count"] == 0


@pytest.mark.parametrize("override", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "_method"])
def test_a_method_override_header_is_ignored(service: InProcess, override: str) -> None:
    follow = "/v1/users/me/following/bob"
    for method in ("POST", "GET"):
        assert Client(service, "alice").send(method, follow, (override, "PUT")).status == 405
    assert Client(service).get("/v1/users/alice").json()["following_count"] == 0
