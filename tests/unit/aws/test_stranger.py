"""A proxy that answers in the place of AWS, as before a sign-in, is a service that is down."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from domain.errors import Unavailable
from domain.events import TweetCreated
from infrastructure.aws.opening import open_dead, open_sending, open_taking, prepare
from infrastructure.events.broker import Broker
from tests.engines.until import until

URL = "sqs://eu-west-1/perch-tweet-created"


class SignIn(BaseHTTPRequestHandler):
    """Answers everything with a page."""

    page = b"<html>Sign in</html>"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.page)))
        self.end_headers()
        self.wfile.write(self.page)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(autouse=True)
def stranger(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with HTTPServer(("127.0.0.1", 0), SignIn) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
        yield
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("ask", [lambda: prepare(URL), lambda: list(open_dead(URL).show(1))], ids=["migrate", "dlq"])
def test_commands_say_so(ask: Callable[[], object]) -> None:
    with pytest.raises(Unavailable, match="What answers in the place of SQS is not SQS"):
        ask()


@pytest.mark.parametrize("page", [b"Anmelden f\xfcr alle", b"[]", b'"ok"'], ids=str)
def test_a_page_of_any_kind_is_no_answer(monkeypatch: pytest.MonkeyPatch, page: bytes) -> None:
    monkeypatch.setattr(SignIn, "page", page)
    with pytest.raises(Unavailable):
        prepare(URL)


@pytest.mark.parametrize("opening", [open_sending, open_taking])
def test_both_sides_start_and_go_on(opening: Callable[[str, int], Broker], caplog: pytest.LogCaptureFixture) -> None:
    broker = opening(URL, 10)

    def is_open() -> bool:
        broker.events.hint(TweetCreated(1, "ada"))
        return broker.circuits[0].is_open

    until(is_open)
    broker.close()
    assert "background_failed" not in caplog.text
