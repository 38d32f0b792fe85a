"""A socket that is waited for too long is shut down, and no other."""

import socket
import threading
from collections.abc import Iterator

import psycopg
import pytest

from infrastructure.postgres.deadlines import Deadlines

LONG_SECONDS = 60.0
PAST = -1.0
WAIT_SECONDS = 20.0

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Two sockets that are connected with each other."""
    ours, theirs = socket.socketpair()
    for end in (ours, theirs):
        end.settimeout(WAIT_SECONDS)
    with ours, theirs:
        yield ours, theirs


def is_open(pair: Pair) -> bool:
    ours, theirs = pair
    try:
        theirs.sendall(b"x")
        return ours.recv(1) == b"x"
    except OSError:
        return False


def test_a_wait_that_lasts_too_long_ends(pair: Pair) -> None:
    deadlines, received = Deadlines(), list[bytes]()
    with deadlines.within(pair[0].fileno, PAST) as limit:
        waiting = threading.Thread(target=lambda: received.append(pair[0].recv(1)))
        waiting.start()
        deadlines.enforce()
        waiting.join(WAIT_SECONDS)
    assert received == [b""]
    assert limit.has_passed


def test_what_is_in_time_is_left_alone(pair: Pair) -> None:
    deadlines = Deadlines()
    with deadlines.within(pair[0].fileno, LONG_SECONDS) as limit:
        deadlines.enforce()
    assert not limit.has_passed
    assert is_open(pair)


def test_a_deadline_after_the_end_of_the_context_does_nothing(pair: Pair) -> None:
    deadlines = Deadlines()
    with deadlines.within(pair[0].fileno, PAST):
        pass
    deadlines.enforce()
    assert is_open(pair)


def test_an_error_ends_the_context_too(pair: Pair) -> None:
    deadlines = Deadlines()
    with pytest.raises(KeyError), deadlines.within(pair[0].fileno, PAST):
        raise KeyError
    deadlines.enforce()
    assert is_open(pair)


def test_a_socket_is_shut_down_once(pair: Pair) -> None:
    deadlines, asked = Deadlines(), list[int]()

    def descriptor_of() -> int:
        asked.append(1)
        return pair[0].fileno()

    with deadlines.within(descriptor_of, PAST):
        deadlines.enforce()
        before = len(asked)
        deadlines.enforce()
    assert before
    assert len(asked) == before


def test_an_answer_that_came_before_the_end_can_be_read(pair: Pair) -> None:
    deadlines = Deadlines()
    pair[1].sendall(b"late")
    with deadlines.within(pair[0].fileno, PAST):
        deadlines.enforce()
        assert pair[0].recv(4) == b"late"


def test_the_next_socket_with_the_number_of_a_closed_one_is_left_alone() -> None:
    """A driver closes its socket between the question for the number and its use, and a stranger opens one."""
    deadlines, opened = Deadlines(), list[Pair]()
    ours, theirs = socket.socketpair()
    number = ours.fileno()

    def descriptor_of() -> int:
        if not opened:
            ours.close()
            opened.append(socket.socketpair())
            assert number in (opened[0][0].fileno(), opened[0][1].fileno())
            return number
        return ours.fileno()

    with theirs, deadlines.within(descriptor_of, PAST):
        deadlines.enforce()
    stranger, other = opened[0]
    with stranger, other:
        assert is_open((stranger, other))


def test_closed_sockets_are_no_error(pair: Pair) -> None:
    deadlines = Deadlines()

    def closed_by_a_driver() -> int:
        raise psycopg.OperationalError("the connection is closed")

    gone = socket.socket()
    gone.close()
    with (
        deadlines.within(closed_by_a_driver, PAST) as first,
        deadlines.within(gone.fileno, PAST) as second,
        deadlines.within(pair[0].fileno, PAST) as third,
    ):
        deadlines.enforce()
    assert [first.has_passed, second.has_passed, third.has_passed] == [True, True, True]
    assert not is_open(pair)


def test_many_threads_have_limits_at_the_same_time(pair: Pair) -> None:
    deadlines, over = Deadlines(), threading.Event()

    def come_and_go() -> None:
        while not over.is_set():
            with deadlines.within(pair[0].fileno, LONG_SECONDS):
                pass

    threads = [threading.Thread(target=come_and_go) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(500):
            deadlines.enforce()
    finally:
        over.set()
        for thread in threads:
            thread.join(WAIT_SECONDS)
    assert is_open(pair)
