"""The settings of every session with PostgreSQL."""

from typing import Any, LiteralString

import psycopg
from psycopg.conninfo import make_conninfo

Connection = psycopg.Connection[tuple[Any, ...]]

STATEMENT_SECONDS = 0.75
"""The server cancels a statement after this time."""

IDLE_IN_TRANSACTION_SECONDS = 5.0
"""The server ends a session that leaves a transaction open for so long, for example of a process that was stopped:
its transactions hold locks. One that runs a statement needs no such limit: every statement ends, and commits, without
its client. Hence `client_connection_check_interval`, which would end it some moments earlier, is not used."""

KEEPALIVE_IDLE_SECONDS = 10
KEEPALIVE_PAUSE_SECONDS = 5
KEEPALIVE_TRIES = 3
"""The server ends the session of a client that has vanished without a word after these 10 + 3 * 5 seconds; by default
it would keep it for two hours, and each broken network would use up some more of its connections. On the client's side
`Deadlines` ends every wait, long before keepalive probes would."""

CONNECT_SECONDS = 2
"""The shortest that the driver knows."""

BACKEND: LiteralString = "SELECT pg_backend_pid()"

SET: LiteralString = (
    "SELECT set_config(name, value, false) FROM unnest(%s::text[], %s::text[]) AS setting (name, value)"
)


def conninfo_of(url: str) -> str:
    """Returns the connection string; it leads to servers that accept writes only.

    One that is read-only may have been replaced by another, and its answers may be old.
    """
    return make_conninfo(
        url, connect_timeout=CONNECT_SECONDS, target_session_attrs="read-write", application_name="perch"
    )


def prepare_session(connection: Connection, statement_seconds: float, *, waits_for_disk: bool) -> None:
    """Sets a new session up, in which a statement takes at most `statement_seconds`."""
    [backend] = connection.execute(BACKEND).fetchone() or [0]
    if backend != connection.info.backend_pid:
        # A pooler is in between: the next transaction may run in another session.
        connection.prepare_threshold = None
        return
    settings = {
        "statement_timeout": f"{statement_seconds}s",
        "idle_in_transaction_session_timeout": f"{IDLE_IN_TRANSACTION_SECONDS}s",
        "tcp_keepalives_idle": str(KEEPALIVE_IDLE_SECONDS),
        "tcp_keepalives_interval": str(KEEPALIVE_PAUSE_SECONDS),
        "tcp_keepalives_count": str(KEEPALIVE_TRIES),
        "synchronous_commit": "on" if waits_for_disk else "off",
        "jit": "off",
    }
    connection.execute(SET, (list(settings), list(settings.values())))
