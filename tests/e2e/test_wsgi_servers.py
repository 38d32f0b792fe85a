"""Perch on gunicorn and granian: the routes, the limits, and the stop."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from cluster.exchange import TIMELINE, receive
from cluster.listener import Listener
from cluster.perch_process import START_SECONDS, ServerProcess
from tests.e2e.test_stop import send_first_half, send_second_half
from tests.e2e.test_stream import FREED_SECONDS, follow, publish
from tests.e2e.test_stream_limits import accepts_a_stream, eventually
from tests.e2e.wsgi_server import WsgiServer
from tests.http.test_wire import PUBLISH
from tests.http.wire import read_answer

Start = Callable[..., ServerProcess]

LIMITS = {"MAX_IN_FLIGHT": "2", "MAX_STREAMS": "2"}
THREADS = 8


@pytest.fixture(params=["gunicorn", "granian"])
def start(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Start]:
    """Starts the server with settings; it is stopped when the test is over."""
    with ExitStack() as stack:
        yield lambda workers=1, **settings: stack.enter_context(
            WsgiServer(tmp_path / "log", request.param, THREADS, workers, **{**LIMITS, **settings})
        )


@pytest.mark.parametrize("start", ["gunicorn", "gunicorn --preload", "granian"], indirect=True)
def test_publish_follow_read_and_stream_work(start: Start) -> None:
    server = start()
    follow(server, "bob", "alice")
    with closing(Listener(server.port, "bob")) as listener:
        assert listener.response.headers["Content-Type"] == "text/event-stream"
        tweet = publish(server, "alice")
        assert next(listener.tweets())["id"] == tweet
    status, body = server.call("GET", TIMELINE, "bob")
    assert (status, [tweet["id"] for tweet in json.loads(body)["data"]]) == (200, [tweet])
    assert server.call("GET", "/readyz")[0] == 200
    assert server.call("GET", TIMELINE)[0] == 401
    server.stop()
    assert "thread_restarted" not in server.log()


@pytest.mark.parametrize("start", ["gunicorn", "gunicorn --preload"], indirect=True)
def test_the_end_of_the_process_stops_its_threads(start: Start) -> None:
    server = start(LOG_LEVEL="INFO")
    server.stop()
    assert '"event":"stopped","tweets_left":0' in server.log()


def test_requests_over_the_limit_are_refused_and_monitors_are_answered(start: Start) -> None:
    server = start(CORS_ORIGINS="https://app.example")
    with ExitStack() as stack:
        slow = [stack.enter_context(closing(server.connect())) for _ in range(2)]
        for connection in slow:
            send_first_half(connection)
        assert eventually(lambda: server.call("GET", TIMELINE, "bob")[0] == 503, START_SECONDS)

        with closing(server.connect()) as connection:
            connection.request("GET", TIMELINE, headers={"Origin": "https://app.example", "X-Request-Id": "mine"})
            response = connection.getresponse()
            assert response.headers["Access-Control-Allow-Origin"] == "https://app.example"
            assert (response.status, response.headers["Retry-After"]) == (503, "1")
            problem = json.loads(response.read())
        assert (problem["code"], problem["request_id"], response.headers["X-Request-Id"]) == (
            "overloaded",
            "mine",
            "mine",
        )
        assert [server.call("GET", path)[0] for path in ("/livez", "/readyz", "/metrics")] == [200] * 3
        assert b'perch_requests_shed_total{limit="in_flight"} 0' not in server.call("GET", "/metrics")[1]

        for connection in slow:
            send_second_half(connection)
            assert receive(connection)[0] == 201
    assert server.call("GET", TIMELINE, "bob")[0] == 200


def test_a_stream_over_the_limit_is_refused_until_another_ends(start: Start) -> None:
    server = start(MAX_STREAMS="1")
    with closing(Listener(server.port, "bob")) as listener:
        assert listener.response.status == 200
        assert not accepts_a_stream(server)
    assert eventually(lambda: accepts_a_stream(server), 2 * FREED_SECONDS)


def test_a_stop_ends_streams_and_answers_requests_in_flight(start: Start) -> None:
    server = start()
    with closing(server.connect()) as connection, closing(Listener(server.port, "bob")) as listener:
        send_first_half(connection)
        server.ask_to_stop()
        *_, last = listener.blocks()
        assert "retry" in last.fields

        send_second_half(connection)

        assert receive(connection)[0] == 201
    server.stop()


@pytest.mark.parametrize("start", ["gunicorn"], indirect=True)
def test_on_gunicorn_a_path_has_one_spelling_and_a_broken_body_is_a_client_error(start: Start) -> None:
    server = start()
    assert server.call("GET", "/%2Flivez")[0] == 404
    with socket.create_connection(("127.0.0.1", server.port), START_SECONDS) as connection:
        connection.sendall(PUBLISH + b"Host: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
        assert read_answer(connection, "POST").status == 400
    assert "request_failed" not in server.log()


@pytest.mark.parametrize("start", ["gunicorn"], indirect=True)
def test_several_worker_processes_are_refused(start: Start) -> None:
    server = start(workers=2)
    for path in ("/readyz", TIMELINE):
        status, body = server.call("GET", path, "bob")
        assert (status, json.loads(body)["code"]) == (503, "unavailable")


def test_a_bad_setting_stops_the_start_and_is_named(start: Start) -> None:
    with pytest.raises(AssertionError, match="MAX_IN_FLIGHT must be a whole number from 1 to 1000, not '0'"):
        start(MAX_IN_FLIGHT="0")
