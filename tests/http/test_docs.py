"""The files of the page below /docs/."""

import pytest

from tests.http.client import Client

FILE = "/docs/swagger-ui.css"
TOO_LATE = "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"
IN_NO_ZONE = "Mon, 01 Jan 2024 00:00:00 +99999999999999"


@pytest.mark.parametrize("time", [TOO_LATE, IN_NO_ZONE, "Mon, 01 Jan 2024 00:00:00 GMT"])
@pytest.mark.parametrize("header", ["If-Modified-Since", "If-Unmodified-Since", "If-Range"])
def test_any_time_may_be_asked_for(anyone: Client, header: str, time: str) -> None:
    answer = anyone.get(FILE, (header, time), ("Range", "bytes=0-3"))
    assert (answer.status, answer.body) == (200, anyone.get(FILE).body)


@pytest.mark.parametrize("wanted", ["bytes=0-3", "bytes=99999999-", "bytes=x"])
def test_a_file_is_answered_whole(anyone: Client, wanted: str) -> None:
    assert anyone.get(FILE, ("Range", wanted)).status == 200


def test_a_known_file_is_not_answered_again(anyone: Client) -> None:
    assert anyone.get(FILE, ("If-None-Match", anyone.get(FILE).headers["ETag"])).status == 304
