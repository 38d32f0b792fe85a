"""Connections to a Redis server, with a limit on every wait."""

from contextlib import suppress
from typing import Any, cast

import hiredis
from redis import exceptions
from redis.backoff import NoBackoff
from redis.connection import Connection, ConnectionPool
from redis.retry import Retry

from domain.errors import Unavailable
from infrastructure.outside.circuit import NoAnswer

TIMEOUT_SECONDS = 0.25
"""The longest wait for a connection, and for an answer."""

LEAST_SECONDS = 0.001
"""A wait of no time makes a socket that never waits."""

Answer = Any
"""What the server answers to a command: bytes, a number, None, or an error as `exceptions.ResponseError`."""


Argument = str | bytes | int


def packed(*command: Argument) -> bytes:
    """Returns the command as it is sent."""
    sent: bytes = hiredis.pack_command(cast("tuple[Argument]", command))
    return sent


def options(timeout_seconds: float) -> dict[str, Any]:
    """Returns the options of each connection: nothing is repeated, and no wait is long."""
    return {
        "socket_timeout": timeout_seconds,
        "socket_connect_timeout": timeout_seconds,
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,
        "driver_info": None,
    }


class Connections:
    """The connections of one process to a server.

    All methods may be called from many threads, and raise `Unavailable` if the server does not answer; `NoAnswer` if a
    wait was too long.
    """

    def __init__(self, url: str, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        """Raises `ValueError` if this is no URL of a Redis server."""
        self._maker = ConnectionPool.from_url(url, **options(timeout_seconds))
        # A name that is none would be an error of each connection that is no error of a connection.
        str(self._maker.connection_kwargs.get("host", "")).encode("idna")
        self._idle: list[Connection] = []

    def ask(self, *commands: bytes) -> list[Answer]:
        """Sends packed commands at once, and returns the answers.

        A command may reach the server twice: an old connection may turn out to be closed.
        """
        idle = self._idle
        try:
            connection = idle.pop()
        except IndexError:
            return self.ask_anew(*commands)
        try:
            return _exchange(connection, commands, idle)
        except exceptions.TimeoutError as error:
            raise self._no_answer() from error
        except exceptions.RedisError:
            self.drop()
            return self.ask_anew(*commands)

    def ask_anew(self, *commands: bytes) -> list[Answer]:
        """Sends packed commands over a new connection, and returns the answers."""
        idle = self._idle
        try:
            connection = cast("Connection", self._maker.make_connection())
            connection.connect()
            return _exchange(connection, commands, idle)
        except exceptions.TimeoutError as error:
            raise self._no_answer() from error
        except exceptions.RedisError as error:
            raise Unavailable(f"Redis cannot be asked: {error}") from error

    def subscribe(self, channel: str) -> "Subscription":
        """Returns a subscription to the channel, over a new connection."""
        try:
            connection = cast("Connection", self._maker.make_connection())
            connection.connect()
            connection.send_packed_command([packed("SUBSCRIBE", channel)], check_health=False)
            connection.read_response()
        except exceptions.TimeoutError as error:
            raise NoAnswer("Redis did not answer in time.") from error
        except exceptions.RedisError as error:
            raise Unavailable(f"Redis cannot be asked: {error}") from error
        return Subscription(connection)

    def drop(self) -> None:
        """Lets go of all connections: those in use are closed after their answers."""
        dropped, self._idle = self._idle, []
        # Another thread may have taken the same list.
        with suppress(IndexError):
            while True:
                dropped.pop().disconnect()

    def _no_answer(self) -> NoAnswer:
        # The others are probably dead, too, and each would cost as much time.
        self.drop()
        return NoAnswer("Redis did not answer in time.")


class Subscription:
    """The messages of one channel. Only one thread may use it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def next(self, timeout: float) -> bytes | None:
        """Returns the next message; None after `timeout` seconds, or earlier, without one.

        An answer to `ping` is an empty message. Raises `Unavailable` if the connection is lost.
        """
        try:
            if not self._connection.can_read(max(timeout, LEAST_SECONDS)):
                return None
            *_, message = cast("list[bytes]", self._connection.read_response())
        except exceptions.RedisError as error:
            raise Unavailable(f"Redis tells no more: {error}") from error
        return message

    def ping(self) -> None:
        """Asks whether the server is there. Raises `Unavailable` if the connection is lost."""
        try:
            self._connection.send_packed_command([packed("PING")], check_health=False)
        except exceptions.RedisError as error:
            raise Unavailable(f"Redis tells no more: {error}") from error

    def close(self) -> None:
        self._connection.disconnect()


def _exchange(connection: Connection, commands: tuple[bytes, ...], idle: list[Connection]) -> list[Answer]:
    connection.send_packed_command([b"".join(commands)], check_health=False)
    answers = [_answer(connection) for _ in commands]
    idle.append(connection)
    return answers


def _answer(connection: Connection) -> Answer:
    try:
        return connection.read_response()
    except exceptions.ResponseError as error:
        return error
