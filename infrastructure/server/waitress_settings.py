"""The settings and fixed limits of the waitress server."""

import socket
from typing import Protocol

CONNECTIONS_MAX = 2000
"""The most open connections, not counting those of streams."""

UNACKNOWLEDGED_MS_MAX = 9000
"""A client that acknowledges no data for this time is gone; the system's default is about 15 minutes."""

BODY_BYTES_MAX = 1024 * 1024
"""Larger bodies are refused before they are read; the application refuses those over 16 KiB."""

HEADER_BYTES_MAX = 64 * 1024

SOCKET_OPTIONS = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
    SOCKET_OPTIONS.append((socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS_MAX))


class WaitressSettings(Protocol):
    """The address (port 0 means a free port), the limits, and the longest time for a stop."""

    @property
    def host(self) -> str: ...

    @property
    def port(self) -> int: ...

    @property
    def threads(self) -> int: ...

    @property
    def max_in_flight(self) -> int: ...

    @property
    def max_streams(self) -> int: ...

    @property
    def shutdown_seconds(self) -> float: ...
