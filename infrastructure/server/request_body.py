"""The request body, for servers that read it while the application waits."""

from typing import Protocol

from werkzeug.exceptions import ClientDisconnected


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class RequestBody:
    """Raises `ClientDisconnected` in place of any error of the server: a truncated body is the client's fault."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream

    def read(self, size: int) -> bytes:
        try:
            return self._stream.read(size)
        except Exception as error:
            raise ClientDisconnected from error
