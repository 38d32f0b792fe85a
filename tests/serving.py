"""The real server on a free port, in a thread of the test."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from app.compose import Perch
from app.settings import Settings
from infrastructure.server.waitress_server import WaitressServer

STOP_SECONDS = 30.0


@contextmanager
def serving(perch: Perch, settings: Settings) -> Iterator[str]:
    """Serves this Perch on a free port of the settings' `HOST` in a thread, and yields its URL.

    Perch's own threads run from the start of the server to its end.
    """
    server = WaitressServer(perch, replace(settings.server, port=0))
    thread = threading.Thread(target=server.run, name="perch-server")
    thread.start()
    try:
        yield server.url
    finally:
        server.ask_to_stop()
        thread.join(STOP_SECONDS)
