"""The files of the live page are served with the right headers."""

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
PAGE_BYTES_MAX = 64 * 1024


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
    assert (answer.body == b"") == (method == "HEAD")


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
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < PAGE_BYTES_MAX
