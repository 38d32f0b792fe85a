"""Answers hold no secret of the service, nothing that a browser runs, and no header that a request makes up."""

import pytest

from cluster.perch_process import PerchProcess
from infrastructure.http.docs import POLICY
from tests.built import in_process
from tests.http import bad_bodies, bad_identities, bad_paths, bad_queries
from tests.http.cases import ROUTES
from tests.http.client import JSON, Client
from tests.http.tokens import HS256
from tests.http.wire import InProcess, Request
from tests.security.raw import ask, statuses

SECRETS = {"SECRET_KEY": "s3cret of cursors", "ADMIN_TOKEN": "s3cret of administrators"}
HS256_SECRET = {**HS256, "JWT_KEY": "s3cret of tokens, which has 32 bytes"}
MARKUP = "<script>alert(1)</script>"
PAGES = [
    "/docs/",
    "/docs",
    "/openapi.json",
    "/metrics",
    "/livez",
    "/readyz",
    "/",
    "/v1/nowhere",
    "/v1/admin/dead-letters",
]
CASES = [*bad_bodies.CASES[::7], *bad_queries.CASES[::7], *bad_paths.CASES[::7], *bad_identities.CASES[::3]]
REFLECTIONS = [
    Request("GET", f"/{MARKUP}"),
    Request("GET", f"/v1/users/{MARKUP}"),
    Request("GET", f"/v1/users/{MARKUP}/timeline", [("X-User-Id", "alice")]),
    Request("GET", f"/v1/users/bob?{MARKUP}={MARKUP}"),
    Request("GET", f"/v1/users/bob/tweets?cursor={MARKUP}"),
    Request("GET", "/v1/users/me/timeline", [("X-User-Id", MARKUP)]),
    Request("GET", f"/docs/{MARKUP}"),
    Request("GET", f"/docs/?url=https://evil.example/{MARKUP}&configUrl=data:,{MARKUP}"),
    Request(MARKUP, "/livez"),
    Request("POST", "/v1/tweets", [("X-User-Id", "alice"), JSON], b'{"text":"%b","%b":1}' % ((MARKUP.encode(),) * 2)),
]


@pytest.fixture
def service() -> InProcess:
    return in_process(SECRETS)


@pytest.mark.parametrize("settings", [SECRETS, {**SECRETS, **HS256_SECRET}], ids=["header", "jwt"])
def test_no_answer_holds_a_secret(settings: dict[str, str]) -> None:
    service = in_process(settings)
    for request in [*(Request("GET", page) for page in PAGES), *(case.request for case in CASES)]:
        answer = service.send(request)
        assert b"s3cret" not in answer.body
        assert "s3cret" not in str(answer.headers)


@pytest.mark.parametrize("request_", REFLECTIONS, ids=lambda request: f"{request.method} {request.target}"[:50])
def test_reflected_markup_is_sent_as_json(service: InProcess, request_: Request) -> None:
    answer = service.send(request_)
    if MARKUP.encode() in answer.body:
        assert answer.headers["Content-Type"] in {"application/json", "application/problem+json"}
    assert MARKUP not in str(answer.headers)
    assert b"evil.example" not in answer.body


@pytest.mark.parametrize("target", [*(route.target for route in ROUTES), *PAGES])
def test_every_answer_forbids_content_sniffing(service: InProcess, target: str) -> None:
    answer = Client(service, "alice").get(target)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers.get("Content-Type", "").split(";")[0] in {
        *("", "application/json", "application/problem+json", "text/plain"),
        *("text/html",) * (target in {"/", "/docs/"}),
    }


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix", "Forwarded"])
def test_no_answer_repeats_the_host_of_its_request(service: InProcess, header: str) -> None:
    author = Client(service, "alice")
    author.publish()
    author.publish()
    for target in (
        "/docs",
        "/docs/",
        "/openapi.json",
        "/v1/users/alice/tweets?limit=1",
        "/v1/nowhere",
        "//x",
        "/v1/users",
    ):
        answer = author.get(target, (header, "evil.example"))
        assert b"evil.example" not in answer.body
        assert "evil.example" not in str(answer.headers)


@pytest.mark.parametrize(
    "target", ["/docs//evil.example", "/docs/%2Fevil.example", "//evil.example/docs", "/docs?//evil.example"]
)
def test_no_redirect_leads_to_another_host(service: InProcess, target: str) -> None:
    assert Client(service).get(target).headers.get("Location", "/docs/") == "/docs/"


def test_the_docs_page_uses_no_other_host_and_cannot_be_framed(service: InProcess) -> None:
    assert Client(service).get("/docs/").headers["Content-Security-Policy"] == POLICY
    assert "frame-ancestors 'none'" in POLICY
    assert "default-src 'self'" in POLICY
    assert b"persistAuthorization" not in Client(service).get("/docs/").body


@pytest.mark.parametrize(
    "path", ["../flask_swagger_ui.py", "..%2Fflask_swagger_ui.py", "%2e%2e/__init__.py", "..\\x", "/etc/passwd", "%00"]
)
def test_the_docs_page_serves_no_other_files(service: InProcess, path: str) -> None:
    assert Client(service).get(f"/docs/{path}").status == 404


INJECTIONS = [
    b"a\r\nX-Injected: 1",
    b"a\nX-Injected: 1",
    b"a\rX-Injected: 1",
    b"a%0d%0aX-Injected: 1",
    b"a\xe5\x98\x8aX-Injected: 1",
]


@pytest.mark.parametrize("value", INJECTIONS, ids=ascii)
@pytest.mark.parametrize("name", [b"X-Request-Id", b"Origin", b"If-None-Match", b"X-User-Id"])
def test_a_request_header_cannot_inject_an_answer_header(
    perch_process: PerchProcess, name: bytes, value: bytes
) -> None:
    answer = ask(perch_process.port, b"GET /v1/tweets/1 HTTP/1.1\r\nHost: x\r\n%b: %b\r\n\r\n" % (name, value))
    assert statuses(answer) in ([400], [404])
    assert b"X-Injected" not in answer.partition(b"\r\n\r\n")[0]


@pytest.mark.parametrize(
    "target", ["/v1/users/alice/tweets?limit=1%0d%0aX-Injected:1", "/v1/users/al%0d%0aX-Injected:1/tweets"]
)
def test_a_target_cannot_inject_an_answer_header(perch_process: PerchProcess, target: str) -> None:
    answer = ask(perch_process.port, f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert b"X-Injected" not in answer.partition(b"\r\n\r\n")[0]


def test_no_answer_names_the_server_software(perch_process: PerchProcess) -> None:
    for sent in (
        b"GET /livez HTTP/1.1\r\n\r\n",
        b"GET /nowhere HTTP/1.1\r\n\r\n",
        b"\0\r\n\r\n",
        b"GET /#x HTTP/1.1\r\n\r\n",
    ):
        answer = ask(perch_process.port, sent).lower()
        assert b"server: perch\r\n" in answer
        assert not [name for name in (b"waitress", b"werkzeug", b"flask", b"python") if name in answer]
