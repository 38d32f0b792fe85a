"""The files of the live page are served with the right headers."""

import gzip
import re

import pytest

from infrastructure.http.live_page import FOLDER
from tests.built import in_process
from tests.http.client import Client
from tests.http.problems import assert_problem
from tests.http.wire import Request, Transport

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
FILES = sorted(f"/live/{path.name}" for path in FOLDER.iterdir() if path.name != "index.html")
TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
PAGE_BYTES_MAX = 128 * 1024


@pytest.mark.parametrize("target", ["/", *FILES])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_file_has_its_type_and_a_strict_content_policy(transport: Transport, target: str, method: str) -> None:
    answer = Client(transport).send(method, target)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == TYPES.get(target.rpartition(".")[2], "text/html; charset=utf-8")
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "Content-Encoding" not in answer.headers
    assert (answer.body == b"") == (method == "HEAD")


@pytest.mark.parametrize("target", ["/", *FILES])
def test_a_client_that_accepts_gzip_gets_less(transport: Transport, target: str) -> None:
    plain = Client(transport).get(target)
    zipped = Client(transport).get(target, ("Accept-Encoding", "br, gzip;q=0.5"))
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.body) == plain.body
    assert zipped.headers["ETag"] != plain.headers["ETag"]
    assert zipped.headers["Vary"] == "Accept-Encoding"
    matching = ("If-None-Match", zipped.headers["ETag"])
    again = Client(transport).get(target, ("Accept-Encoding", "gzip"), matching)
    assert (again.status, again.body) == (304, b"")
    assert "Content-Encoding" not in again.headers
    assert Client(transport).get(target, matching).body == plain.body


@pytest.mark.parametrize("accepted", ["identity", "gzip;q=0", "br", ""])
def test_other_clients_get_the_file_as_it_is(transport: Transport, accepted: str) -> None:
    assert "Content-Encoding" not in Client(transport).get("/", ("Accept-Encoding", accepted)).headers


def test_the_page_says_how_long_a_tweet_may_be() -> None:
    for settings, limit in (({}, "280"), ({"TWEET_MAX_LENGTH": "77"}, "77")):
        page = Client(in_process(settings)).get("/").body.decode()
        assert re.findall(r'<meta name="tweet-max-length" content="(\d+)">', page) == [limit]


@pytest.mark.parametrize("target", ["/", *FILES])
def test_a_matching_etag_is_answered_with_304(transport: Transport, target: str) -> None:
    etag = Client(transport).get(target).headers["ETag"]
    answer = Client(transport).get(target, ("If-None-Match", f'"other", W/{etag}'))
    assert (answer.status, answer.body) == (304, b"")
    assert answer.headers["ETag"] == etag
    assert answer.headers["Cache-Control"] == "no-cache"
    assert Client(transport).get(target, ("If-None-Match", '"other"')).status == 200


@pytest.mark.parametrize("target", ["/live", "/live/", "/live/none.js", "/live/index.html", "/live/..%2Flive_page.py"])
def test_an_unknown_file_is_a_problem(transport: Transport, target: str) -> None:
    assert_problem(Client(transport).get(target), 404, "not-found")


@pytest.mark.parametrize("target", ["/", FILES[0]])
def test_files_are_read_only(transport: Transport, target: str) -> None:
    answer = transport.send(Request("POST", target))
    assert_problem(answer, 405, "method-not-allowed")
    assert answer.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("target", ["/", *FILES])
def test_the_page_can_be_turned_off(target: str) -> None:
    assert_problem(Client(in_process({"LIVE_PAGE": "false"})).get(target), 404, "not-found")


def test_the_page_loads_all_its_files_and_nothing_else() -> None:
    page = (FOLDER / "index.html").read_text()
    scripts = {path.name: path.read_text() for path in FOLDER.glob("*.js")}
    loaded = {f"/{name}" for name in re.findall(r'(?:href|src)="(live/[^"]+)"', page)}
    imported = {f"/live/{name}" for text in scripts.values() for name in re.findall(r'from "\./([^"]+)"', text)}
    assert loaded | imported == set(FILES)
    assert not any("innerHTML" in text or "://" in text.replace(SVG_NAMESPACE, "") for text in scripts.values())


SVG_NAMESPACE = "http://www.w3.org/2000/svg"


def test_the_page_is_small() -> None:
    """Uncompressed, too: a test in a browser counts what is really sent."""
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < PAGE_BYTES_MAX
