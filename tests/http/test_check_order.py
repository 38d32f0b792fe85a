"""A request that breaks two rules is answered with the problem that is checked first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import pytest

from tests.http.cases import CALLER, TEXT
from tests.http.client import Client
from tests.http.problems import assert_problem
from tests.http.wire import Request, Transport

Parts = Mapping[str, str]
"""The parts of a request; names that start with `?` are query parameters."""

DEFAULTS: Parts = {
    "identity": CALLER,
    "me": "me",
    "media type": "application/json",
    "coding": "",
    "body": "",
    "padding": "",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A change that breaks one rule, and the problem that answers it."""

    status: int
    code: str
    parts: Parts

    def __str__(self) -> str:
        return f"{self.status} {' '.join(self.parts)}"


ELSEWHERE = Fault(404, "not-found", {"path": "/v1/nowhere"})
WRONG_METHOD = Fault(405, "method-not-allowed", {"method": "PATCH"})
NOBODY = Fault(401, "unauthenticated", {"identity": ""})
ANOTHER = Fault(403, "forbidden", {"me": "bob"})
TOO_LARGE = Fault(413, "body-too-large", {"padding": " " * 17 * 1024})
NOT_JSON = Fault(415, "unsupported-media-type", {"media type": "text/plain"})
CODED = Fault(415, "unsupported-media-type", {"coding": "gzip"})
BROKEN_BODY = Fault(400, "malformed-body", {"body": "{"})
FORGED_CURSOR = Fault(400, "malformed-cursor", {"?cursor": "forged"})
MALFORMED_IDENTITY = Fault(400, "malformed-identity", {"identity": "alice, bob"})
BLANK_TEXT = Fault(422, "invalid-input", {"body": '{"text":" "}'})
UNKNOWN_FIELD = Fault(422, "invalid-input", {"body": '{"text":"hello","x":1}'})
STRANGER = Fault(422, "invalid-input", {"?x": "1"})
WRONG_LIMIT = Fault(422, "invalid-input", {"?limit": "0"})
WRONG_SINCE_ID = Fault(422, "invalid-input", {"?since_id": "abc"})
WRONG_FLAG = Fault(422, "invalid-input", {"?include_self": "maybe"})
WRONG_USER_ID = Fault(422, "invalid-input", {"user": "%20"})
SELF_FOLLOW = Fault(422, "self-follow", {"user": CALLER})
NO_TWEET = Fault(404, "tweet-not-found", {"tweet": "1"})
NO_TWEET_ID = Fault(404, "tweet-not-found", {"tweet": "abc"})
NOT_YOURS = Fault(403, "not-your-tweet", {"tweet": "theirs"})

ROUTES: Sequence[tuple[Parts, Sequence[Fault]]] = [
    (
        {"method": "POST", "path": "/v1/tweets", "body": TEXT.decode()},
        [
            ELSEWHERE,
            WRONG_METHOD,
            NOBODY,
            TOO_LARGE,
            NOT_JSON,
            CODED,
            BROKEN_BODY,
            MALFORMED_IDENTITY,
            BLANK_TEXT,
            UNKNOWN_FIELD,
            STRANGER,
        ],
    ),
    (
        {"method": "DELETE", "path": "/v1/tweets/{tweet}", "tweet": "mine"},
        [ELSEWHERE, WRONG_METHOD, NOBODY, TOO_LARGE, MALFORMED_IDENTITY, STRANGER, NO_TWEET, NO_TWEET_ID, NOT_YOURS],
    ),
    (
        {"method": "GET", "path": "/v1/tweets/{tweet}", "tweet": "mine"},
        [ELSEWHERE, WRONG_METHOD, TOO_LARGE, STRANGER, NO_TWEET, NO_TWEET_ID],
    ),
    (
        {"method": "PUT", "path": "/v1/users/{me}/following/{user}", "user": "bob"},
        [ELSEWHERE, WRONG_METHOD, NOBODY, ANOTHER, TOO_LARGE, MALFORMED_IDENTITY, WRONG_USER_ID, SELF_FOLLOW, STRANGER],
    ),
    (
        {"method": "GET", "path": "/v1/users/{me}/timeline"},
        [
            ELSEWHERE,
            WRONG_METHOD,
            NOBODY,
            ANOTHER,
            TOO_LARGE,
            FORGED_CURSOR,
            MALFORMED_IDENTITY,
            STRANGER,
            WRONG_LIMIT,
            WRONG_SINCE_ID,
            WRONG_FLAG,
        ],
    ),
    (
        {"method": "GET", "path": "/v1/users/{user}/followers", "user": "bob"},
        [ELSEWHERE, WRONG_METHOD, TOO_LARGE, FORGED_CURSOR, STRANGER, WRONG_LIMIT, WRONG_USER_ID],
    ),
]
"""The parts of a good request to each route, and its faults in the order of the checks."""

SINGLES = [(good, fault) for good, faults in ROUTES for fault in faults]
PAIRS = [
    (good, first, second)
    for good, faults in ROUTES
    for first, second in combinations(faults, 2)
    if not first.parts.keys() & second.parts.keys()
]


def name(value: object) -> str:
    """The method and path of a good request, or the status and parts of a fault."""
    return f"{value['method']} {value['path']}" if isinstance(value, Mapping) else str(value)


def request_of(transport: Transport, parts: Parts) -> Request:
    """The request made of these parts; the tweets `mine` and `theirs` are published for it."""
    parts = {**DEFAULTS, **parts}
    if parts.get("tweet") in {"mine", "theirs"}:
        author = CALLER if parts["tweet"] == "mine" else "bob"
        parts |= {"tweet": Client(transport, author).publish()["id"]}
    query = "&".join(f"{part}={value}".removeprefix("?") for part, value in parts.items() if part.startswith("?"))
    headers = [("X-User-Id", parts["identity"]), ("Content-Type", parts["media type"])]
    headers += [("Content-Encoding", parts["coding"])] if parts["coding"] else []
    body = (parts["body"] + parts["padding"]).encode()
    return Request(parts["method"], f"{parts['path'].format(**parts)}?{query}", headers, body)


@pytest.mark.parametrize("good", [good for good, _ in ROUTES], ids=name)
def test_a_good_request_breaks_no_rule(transport: Transport, good: Parts) -> None:
    assert transport.send(request_of(transport, good)).status in {200, 201, 204}


@pytest.mark.parametrize(("good", "fault"), SINGLES, ids=name)
def test_a_fault_is_answered_with_its_problem(transport: Transport, good: Parts, fault: Fault) -> None:
    answer = transport.send(request_of(transport, {**good, **fault.parts}))
    assert (answer.status, answer.json()["code"]) == (fault.status, fault.code)


@pytest.mark.parametrize(("good", "first", "second"), PAIRS, ids=name)
def test_the_first_of_two_faults_is_answered(transport: Transport, good: Parts, first: Fault, second: Fault) -> None:
    answer = transport.send(request_of(transport, {**good, **first.parts, **second.parts}))
    codes = {fault.code for fault in (first, second) if fault.status == first.status}
    assert answer.status == first.status
    assert answer.json()["code"] in codes


def test_a_forged_cursor_is_reported_before_a_since_id(transport: Transport) -> None:
    answer = Client(transport, CALLER).get("/v1/users/me/timeline?cursor=forged&since_id=1")
    assert_problem(answer, 400, "malformed-cursor", {"parameter": "cursor"})
