"""A Redis server that its users empty and ask."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

import redis

from cluster.engines.closed import Closed

ANSWER_SECONDS = 20.0

Argument = str | bytes | int


class RedisServer(Closed):
    """A server that runs already; `url` leads to the database that may be used and emptied."""

    def __init__(self, url: str) -> None:
        self.url = url

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 6379

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or "localhost"

    def url_through(self, port: int) -> str:
        """The URL through this port of 127.0.0.1, where a proxy listens."""
        parts = urlsplit(self.url)
        user, at, _ = parts.netloc.rpartition("@")
        return parts._replace(netloc=f"{user}{at}127.0.0.1:{port}").geturl()

    def ask(self, *command: Argument) -> Any:  # noqa: ANN401 - of any type
        """Sends one command over a connection of its own, and returns the answer."""
        [answer] = self.ask_all([command])
        return answer

    def ask_all(self, commands: Iterable[Sequence[Argument]]) -> list[Any]:
        """Sends commands over a connection of their own, without a wait between, and returns the answers."""
        with redis.Redis.from_url(
            self.url, protocol=2, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS
        ) as client:
            pipeline = client.pipeline(transaction=False)
            for command in commands:
                pipeline.execute_command(*command)
            answers: list[Any] = pipeline.execute()
            return answers

    def empty(self) -> None:
        """Removes all keys."""
        self.ask("FLUSHDB")

    def close(self) -> None:
        """Leaves the server as it is, but empty."""
        self.empty()
