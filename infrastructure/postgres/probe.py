"""A quick answer to the question whether the database can be reached."""

import select
import time

from psycopg.pq import ConnStatus, PGconn, PollingStatus


def answers(conninfo: str, seconds: float) -> bool:
    """Returns True if the server accepts a new session within `seconds`.

    The driver's `connect` waits for at least two seconds where no packet comes back (libpq's `connect_timeout`).
    """
    ends_at = time.monotonic() + seconds
    connection = PGconn.connect_start(conninfo.encode())
    try:
        if connection.status == ConnStatus.BAD:
            return False
        status: int = PollingStatus.WRITING
        while status in (PollingStatus.READING, PollingStatus.WRITING):
            left = ends_at - time.monotonic()
            if left <= 0 or not _wait_for(connection.socket, status, left):
                return False
            status = connection.connect_poll()
        return status == PollingStatus.OK
    finally:
        connection.finish()


def _wait_for(descriptor: int, status: int, seconds: float) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN if status == PollingStatus.READING else select.POLLOUT)
    return bool(poll.poll(seconds * 1000))
