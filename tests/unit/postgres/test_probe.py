"""The probe finds the server that accepts a session, and never waits for the others."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from infrastructure.postgres.probe import addresses, find_server
from tests.integration.effort import AT_ONCE_SECONDS

PATIENCE_SECONDS = 0.3
GARBAGE = b"HTTP/1.1 400 Bad Request\r\n\r\n"
TOO_MANY = b"E" + (43).to_bytes(4) + b"SFATAL\0C53300\0Msorry, too many clients\0\0"


@contextmanager
def listening(answer: bytes | None, backlog: int = 8) -> Iterator[int]:
    """A server that answers whatever it is asked with these bytes and closes, or with None never answers."""
    with closing(socket.create_server(("127.0.0.1", 0), backlog=backlog)) as listener:
        held: list[socket.socket] = []

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    held.append(connection)
                    if answer is not None:
                        connection.recv(1024)
                        connection.sendall(answer)
                        connection.shutdown(socket.SHUT_WR)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
        for connection in held:
            connection.close()


def at(port: int) -> str:
    return make_conninfo(host="127.0.0.1", port=port, user="nobody", dbname="none", sslmode="disable")


@pytest.mark.parametrize("answer", [GARBAGE, TOO_MANY, b""], ids=["garbage", "too many", "closes"])
def test_a_server_that_accepts_no_session_is_not_found(answer: bytes) -> None:
    with listening(answer) as port:
        started = time.monotonic()
        assert find_server(at(port), 60.0) is None
    assert time.monotonic() - started < AT_ONCE_SECONDS


def test_a_closed_port_is_not_found_at_once() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        started = time.monotonic()
        assert find_server(at(unused.getsockname()[1]), 60.0) is None
    assert time.monotonic() - started < AT_ONCE_SECONDS


def test_a_server_that_never_answers_is_waited_for_no_longer() -> None:
    with listening(None) as port:
        started = time.monotonic()
        assert find_server(at(port), PATIENCE_SECONDS) is None
    assert PATIENCE_SECONDS <= time.monotonic() - started < PATIENCE_SECONDS + AT_ONCE_SECONDS


def test_no_time_at_all_is_no_error() -> None:
    with listening(None) as port:
        assert find_server(at(port), 0.0) is None


def test_all_servers_are_asked_at_the_same_time() -> None:
    with listening(None) as first, listening(None) as second, listening(TOO_MANY) as third:
        started = time.monotonic()
        conninfo = make_conninfo(at(first), host="127.0.0.1,127.0.0.1,127.0.0.1", port=f"{first},{second},{third}")
        assert find_server(conninfo, PATIENCE_SECONDS) is None
    assert time.monotonic() - started < 2 * PATIENCE_SECONDS + AT_ONCE_SECONDS


def test_a_name_that_cannot_be_resolved_is_no_error() -> None:
    # An empty label is refused before anybody is asked.
    assert find_server("host=no..such port=5432 user=nobody", 60.0) is None


def test_names_are_resolved_before_the_driver_sees_them() -> None:
    found = [conninfo_to_dict(each) for each in addresses("host=localhost,10.0.0.1 port=1,2 dbname=x")]
    assert {each["hostaddr"] for each in found} <= {"127.0.0.1", "::1", "10.0.0.1"}
    assert {(each["host"], each["port"]) for each in found} == {("localhost", "1"), ("10.0.0.1", "2")}
    assert {each["dbname"] for each in found} == {"x"}


def test_one_port_is_for_all_hosts() -> None:
    found = [conninfo_to_dict(each) for each in addresses("host=10.0.0.1,10.0.0.2 port=7")]
    assert [(each["host"], each["port"]) for each in found] == [("10.0.0.1", "7"), ("10.0.0.2", "7")]


@pytest.mark.parametrize("conninfo", ["dbname=x", "host=/run/postgresql dbname=x", "host=a hostaddr=10.0.0.1"])
def test_what_needs_no_resolving_stays(conninfo: str) -> None:
    assert [conninfo_to_dict(each) for each in addresses(conninfo)] == [conninfo_to_dict(conninfo)]
