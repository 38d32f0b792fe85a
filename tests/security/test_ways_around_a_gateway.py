"""No other spelling of a path reaches its route, so a gateway's rule for the path holds."""

import pytest

from cluster.perch_process import PerchProcess
from tests.security.conftest import ADMIN_TOKEN
from tests.security.raw import ask, statuses

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
    *("/v1%2Fadmin%2Fdead-letters", "/v1/admin%2fdead-letters", "/v1/users/me%2Ftimeline", "/docs/x%2F..%2F"),
]
NO_TARGETS = [
    *("/livez#x", "/livez?#x", "#/livez", "livez", "x:/livez", "ftp://x/livez", "http:/livez", "http:////livez"),
    *("/li\tvez", "\x01/livez", "/livez\x0b", "/livez\x00", "/livez\x7f", "/livez\x85", "http://[x]/livez"),
]
"""Targets that waitress would shorten to a path, or that it would fail on."""


def get(perch_process: PerchProcess, target: str) -> bytes:
    head = f"GET {target} HTTP/1.1\r\nHost: x\r\nX-User-Id: alice\r\nX-Admin-Token: {ADMIN_TOKEN}\r\n\r\n"
    return ask(perch_process.port, head.encode("latin-1"))


@pytest.mark.parametrize("target", OTHER_SPELLINGS)
def test_another_spelling_of_a_path_is_not_found(perch_process: PerchProcess, target: str) -> None:
    assert b'"code":"not-found"' in get(perch_process, target)


@pytest.mark.parametrize("target", NO_TARGETS, ids=ascii)
def test_an_invalid_target_ends_the_connection(perch_process: PerchProcess, target: str) -> None:
    assert statuses(get(perch_process, target)) == [400]


@pytest.mark.parametrize("target", ["/livez", "http://elsewhere.example/livez", "/v1/users/bob?limit=%2F", "/%6Civez"])
def test_valid_targets_are_served(perch_process: PerchProcess, target: str) -> None:
    assert statuses(get(perch_process, target))[0] in {200, 422}


@pytest.mark.parametrize("target", ["http://[s3ntinel]/", "http://[s3ntinel/", "/s3ntinel#", "/s3ntinel%2F"])
def test_an_unreadable_target_is_not_logged(perch_process: PerchProcess, target: str) -> None:
    get(perch_process, target)
    assert "s3ntinel" not in perch_process.log()
    assert "uncaptured" not in perch_process.log()
