"""Keyspace and table: how they are made, and whether this process can use them."""

from domain.errors import Unavailable
from infrastructure.cannot_use import CannotUse, in_one_line
from infrastructure.cassandra.address import Address
from infrastructure.cassandra.session import Connected, connect
from infrastructure.outside.circuit import Refused

TABLE = "timelines"

MIGRATION_PATIENCE = 20.0
"""A table may take seconds to be made on all nodes."""

WINDOWS = 32
"""The files of one window of time are dropped together when all in them has expired."""

GRACE_SECONDS = 4 * 3600
"""Longer than nodes keep hints for one another (three hours). Nothing is ever deleted, so nothing can come back."""

SLOW_MS = 50
"""A node that is asked for another one's data asks a third one when that one has not answered for so long."""

KEYSPACE = """
    CREATE KEYSPACE IF NOT EXISTS {keyspace}
    WITH replication = {{'class': 'NetworkTopologyStrategy', 'replication_factor': {replication_factor}}}
"""

# Floor and mark are one cell, so that they never mix.
MAKE_TABLE = f"""
    CREATE TABLE IF NOT EXISTS {{keyspace}}.{TABLE} (
        user_id text,
        generation bigint,
        tweet_id bigint,
        head frozen<tuple<bigint, bigint>> static,
        PRIMARY KEY ((user_id, generation), tweet_id)
    ) WITH CLUSTERING ORDER BY (tweet_id DESC)
"""

SET_TABLE = f"""
    ALTER TABLE {{keyspace}}.{TABLE} WITH default_time_to_live = {{ttl}}
    AND compaction = {{{{'class': 'TimeWindowCompactionStrategy', 'compaction_window_unit': 'HOURS',
        'compaction_window_size': {{hours}}}}}}
    AND gc_grace_seconds = {GRACE_SECONDS} AND read_repair = 'NONE' AND speculative_retry = '{SLOW_MS}ms'
"""

TTL = """
    SELECT default_time_to_live FROM system_schema.tables WHERE keyspace_name = '{keyspace}' AND table_name = '{table}'
"""


def prepare(address: Address) -> None:
    """Makes keyspace and table unless they are there, and sets how long entries live. Raises `CannotUse`.

    A keyspace that is there stays as it is.
    """
    try:
        connected = connect(address, MIGRATION_PATIENCE)
        try:
            _make(connected, address)
        finally:
            connected.close()
    except Unavailable as error:
        raise CannotUse(f"The keyspace {address.keyspace} cannot be made: {in_one_line(error)}.") from None


def _make(connected: Connected, address: Address) -> None:
    values = {
        "keyspace": address.keyspace,
        "replication_factor": address.replication_factor,
        "ttl": address.ttl_seconds,
        "hours": max(1, address.ttl_seconds // 3600 // WINDOWS),
    }
    for statement in (KEYSPACE, MAKE_TABLE, SET_TABLE):
        connected.ask(statement.format(**values))


def check(connected: Connected, address: Address) -> None:
    """Raises `CannotUse` if there is no table, or entries live for another time there; raises `Unavailable`."""
    rows = connected.ask(TTL.format(keyspace=address.keyspace, table=TABLE))
    if not rows:
        raise CannotUse(f"There is no table {address.keyspace}.{TABLE} in Cassandra: run `python -m app migrate`.")
    [[ttl_seconds]] = rows
    if ttl_seconds != address.ttl_seconds:
        raise CannotUse(
            f"Entries in Cassandra live for {ttl_seconds} s, and TIMELINES_URL says {address.ttl_seconds} s: "
            "stop all processes of Perch, then run `python -m app migrate`."
        )


def open_checked(address: Address, patience: float = 1.0) -> Connected:
    """Opens a session whose keyspace has the table; raises `CannotUse`, and `Unavailable` if no node answers."""
    try:
        connected = connect(address, patience)
    except Refused as error:
        raise CannotUse(f"Cassandra cannot be used: {in_one_line(error)}.") from None
    try:
        check(connected, address)
    except BaseException:
        connected.close()
        raise
    return connected
