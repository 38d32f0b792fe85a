"""A rule of a gateway for a path holds: no other spelling leads to the same route."""

import pytest

from tests.e2e.perch_process import PerchProcess
from tests.security.conftest import ADMIN_TOKEN
from tests.security.raw import say, statuses

OTHER_SPELLINGS = [
    *("//livez", "///livez", "/%2Flivez", "/%2flivez", "http://x//livez", "HTTP://x/%2Flivez", "/livez/", "/./livez"),
    *("/x/../livez", "/%2e/livez", "/x/%2e%2e/livez", "/livez;x", "/livez%00", "/livez%20", "/livez%3Fx", "/livez%23x"),
    *(
        "/\\livez",
        "/..\\livez",
        "/%5Clivez",
        "/%c0%aflivez",
        "/LIVEZ",
        "/%252Flivez",
        "/livez%2F",
        "/livez%09",
        "//[livez",
    ),
]
NO_TARGETS = [
    *("/livez#x", "/livez?#x", "#/livez", "livez", "x:/livez", "ftp://x/livez", "http:/livez", "http:////livez"),
    *("/li\tvez", "\x01/livez", "/livez\x0b", "/livez\x00", "/livez\x7f", "/livez\x85", "http://[x]/livez"),
]
"""What waitress would cut down to a path, or fail over."""


def get(perch_process: PerchProcess, target: str) -> bytes:
    head = f"GET {target} HTTP/1.1\r\nHost: x\r\nX-User-Id: alice\r\nX-Admin-Token: {ADMIN_TOKEN}\r\n\r\n"
    return say(perch_process.port, head.encode("latin-1"))


@pytest.mark.parametrize("target", OTHER_SPELLINGS)
def test_another_spelling_of_a_path_leads_nowhere(perch_process: PerchProcess, target: str) -> None:
    assert b'"code":"not-found"' in get(perch_process, target)


@pytest.mark.parametrize("target", NO_TARGETS, ids=ascii)
def test_what_is_no_path_ends_the_connection(perch_process: PerchProcess, target: str) -> None:
    assert statuses(get(perch_process, target)) == [400]


@pytest.mark.parametrize(
    "target", ["/v1%2Fadmin%2Fdead-letters", "/v1/admin%2fdead-letters", "/v1/users/me%2Ftimeline", "/docs/x%2F..%2F"]
)
def test_an_escaped_slash_is_no_slash(perch_process: PerchProcess, target: str) -> None:
    assert b'"code":"not-found"' in get(perch_process, target)


@pytest.mark.parametrize("target", ["/livez", "http://elsewhere.example/livez", "/v1/users/bob?limit=%2F", "/%6Civez"])
def test_what_the_standard_allows_still_does(perch_process: PerchProcess, target: str) -> None:
    assert statuses(get(perch_process, target))[0] in {200, 422}


@pytest.mark.parametrize("target", ["http://[s3ntinel]/", "http://[s3ntinel/", "/s3ntinel#", "/s3ntinel%2F"])
def test_what_cannot_be_read_is_not_logged(perch_process: PerchProcess, target: str) -> None:
    get(perch_process, target)
    assert "s3ntinel" not in perch_process.log()
    assert "uncaptured" not in perch_process.log()
