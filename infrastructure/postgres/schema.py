"""The version of the schema, and whether this process can use the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import LiteralString

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from infrastructure.cannot_use import CannotUse, in_one_line

SCHEMA_VERSION = "0002"
"""The version that this code needs: the newest in `migrations/versions`."""

CONNECT_SECONDS = 5

HAS_VERSIONS: LiteralString = "SELECT to_regclass('alembic_version') IS NOT NULL"
VERSION: LiteralString = "SELECT version_num FROM alembic_version"
KEPT: LiteralString = "SELECT value FROM kept_values WHERE name = %s"
KEEP: LiteralString = "INSERT INTO kept_values VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET value = excluded.value"

TIMELINES = "timelines"
"""The kept value that says where the timelines are."""


SERVES_SINCE = "serves_since"
"""The kept value that says the oldest version whose code can use the schema. `migrate` writes it with each step."""

UNKNOWN = "unknown"
"""Above all versions."""


def check(url: str, timelines: str) -> None:
    """Raises `CannotUse` unless the database can be reached, has this schema, and has the timelines there."""
    with connected(url) as connection:
        check_version(connection, url)
        [kept] = connection.execute(KEPT, (TIMELINES,)).fetchone() or [None]
        if kept != timelines:
            before = f"in {kept}" if kept else "nowhere"
            raise CannotUse(
                f"The timelines were {before} so far, and TIMELINES_URL says {timelines}: "
                "stop all processes of Perch, then run `python -m app migrate`, which lets them be rebuilt there."
            )


def check_version(connection: "psycopg.Connection", url: str) -> None:
    """Raises `CannotUse` unless the schema is of this version, or of a newer one that this code can use as well."""
    found = version_of(connection)
    if found == SCHEMA_VERSION or (found and found > SCHEMA_VERSION and _serves_since(connection) <= SCHEMA_VERSION):
        return
    has = f"has version {found}" if found else "has no schema of Perch"
    raise CannotUse(
        f"The database {place(url)} {has}, and this Perch needs version {SCHEMA_VERSION}: run `python -m app migrate`."
    )


def _serves_since(connection: "psycopg.Connection") -> str:
    """The oldest version whose code can use the schema, as the newer Perch says that made it."""
    [kept] = connection.execute(KEPT, (SERVES_SINCE,)).fetchone() or [UNKNOWN]
    return str(kept)


def check_address(url: str) -> None:
    """Raises `CannotUse` unless libpq can read the address; what it says then would quote a password."""
    try:
        conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise CannotUse(
            "DATABASE_URL must be an address of libpq, in which / ? # % @ and spaces of a user and a password are "
            "written %2F %3F %23 %25 %40 %20."
        ) from None


def place(url: str) -> str:
    """Returns host, port and name of the database, without user and password."""
    parts = conninfo_to_dict(url)
    shown = {name: str(parts[name]) for name in ("host", "port", "dbname") if parts.get(name)}
    return make_conninfo("", **shown) or "at its default address"


def version_of(connection: "psycopg.Connection") -> str | None:
    [has_versions] = connection.execute(HAS_VERSIONS).fetchone() or [False]
    row = connection.execute(VERSION).fetchone() if has_versions else None
    return str(row[0]) if row else None


@contextmanager
def connected(url: str) -> "Iterator[psycopg.Connection]":
    """Yields a connection to a server that accepts writes; raises `CannotUse`, also for errors of its statements."""
    check_address(url)
    try:
        connection = psycopg.connect(
            url,
            autocommit=True,
            connect_timeout=CONNECT_SECONDS,
            target_session_attrs="read-write",
            prepare_threshold=None,
        )
    except (psycopg.Error, UnicodeError) as error:  # of a host's name that is none
        raise CannotUse(f"The database {place(url)} cannot be reached: {reason(error)}.") from None
    with connection:
        try:
            yield connection
        except psycopg.Error as error:
            raise CannotUse(f"The database {place(url)} cannot be used: {reason(error)}.") from None


def reason(error: Exception) -> str:
    """The text of a driver's error in one line, without a full stop and the statement that a library adds."""
    return in_one_line(getattr(error, "orig", None) or error)
