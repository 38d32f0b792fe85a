"""The interface between a server and the application that it serves."""

from typing import TYPE_CHECKING, Protocol

from infrastructure.http.cors import Cors

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

ALWAYS_ANSWERED = frozenset({"/livez", "/readyz", "/metrics"})
"""Paths that are answered even under overload, so that a monitor does not take a busy process for a dead one."""


def is_always_answered(method: str, path: str) -> bool:
    """Returns True for monitors, and for preflights: without their answer a page cannot read the 503 that follows."""
    return method == "OPTIONS" or path in ALWAYS_ANSWERED


class Served(Protocol):
    """A WSGI application with background threads."""

    @property
    def app(self) -> "WSGIApplication": ...

    @property
    def cors(self) -> Cors:
        """The headers for pages of other origins, for the answers that the server gives itself."""

    def start(self) -> None:
        """Starts the threads; from then on the application is ready."""

    def supervise(self) -> None:
        """Restarts threads that died. The server calls this twice a second, always from the same thread."""

    def drain(self) -> None:
        """Makes the application report that it is not ready, and ends all streams."""

    def stop(self, timeout: float) -> int | None:
        """Joins the threads within about `timeout` seconds.

        Returns the number of tweets that wait to be pushed; None if it is not known here.
        """

    def open_streams(self) -> int:
        """Returns the number of open streams; each occupies a thread of the server."""

    def count_shed(self) -> None:
        """Counts a request that the server refused because too many were in flight."""
