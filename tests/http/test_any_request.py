"""Every request gets an answer that a client can parse."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.http.bad_bodies import TOO_LARGE, UNREADABLE
from tests.http.cases import ROUTES, TEXT
from tests.http.problems import read_problem
from tests.http.wire import InProcess, Request

IN_URLS = [*"%/?#&=;:@+,._~-!$'()*[]", "%00", "%0A", "%20", "%2F", "%FF", "%C3%A9", "%ED%A0%80", "%zz"]
SEGMENTS = ["v1", "tweets", "users", "me", "alice", "bob", "following", "timeline", "relationships", "livez", "1", ".."]
NAMES = ["limit", "cursor", "since_id", "include_self", "ids", "x"]
VALUES = ["", "0", "1", "100", "true", "bob", "bob,carol", "A" * 32, "A" * 64, "9" * 30]
HEADERS = [
    *("X-User-Id", "X-Request-Id", "Content-Type", "Host", "Transfer-Encoding", "Expect", "Upgrade", "Connection"),
    *("Accept", "Range", "Origin", "Cookie", "Authorization", "Content-Encoding", "X-Forwarded-Host"),
]
HEADER_VALUES = [
    *("", "alice", "application/json", "chunked", "websocket", "Upgrade", "..", "[::1", "a" * 70, "\xff", 'a;b="'),
]
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "BREW"]

words = st.sampled_from(IN_URLS) | st.text("abcXYZ019", max_size=3)
paths = st.lists(st.sampled_from(SEGMENTS) | words, max_size=6).map(lambda segments: "/" + "/".join(segments))
parameters = st.tuples(st.sampled_from(NAMES) | words, st.sampled_from(VALUES) | words).map("=".join)
queries = st.lists(parameters, max_size=3).map("&".join)
headers = st.lists(st.tuples(st.sampled_from(HEADERS), st.sampled_from(HEADER_VALUES)), max_size=4)
bodies = st.sampled_from([b"", TEXT, *UNREADABLE.values(), *TOO_LARGE.values()]) | st.binary(max_size=50)


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """A request to a route or to any path, with parameters, headers and a body that may be valid or not."""
    route = draw(st.sampled_from(ROUTES))
    method = draw(st.just(route.method) | st.sampled_from(METHODS))
    path = draw(st.just(route.target) | paths)
    likely = draw(st.sampled_from([[], [("X-User-Id", "alice"), ("Content-Type", "application/json")]]))
    return Request(method, f"{path}?{draw(queries)}", likely + draw(headers), draw(bodies), draw(st.booleans()))


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(request=requests())
def test_any_request_gets_a_well_formed_answer(in_process: InProcess, request: Request) -> None:
    answer = in_process.send(request)
    assert answer.status < 500, answer.body
    assert answer.headers["X-Request-Id"]
    if answer.status == 204 or request.method == "HEAD":
        assert answer.body == b""
    elif answer.status < 300 and request.target.startswith("/?"):
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    elif answer.status < 300:
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.json()
    else:
        read_problem(answer)
