"""The address of a cluster, as `TIMELINES_URL` has it."""

import re
import ssl
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from infrastructure.url_options import options_of

PORT = 9042
TTL_DAYS = (2, 365)
"""Pages reach a day less far into the past before they need the author logs."""

REPLICATION_MAX = 99

_KEYSPACE = re.compile(r"[a-z][a-z0-9_]{0,47}")
_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9_.-]+))(?::([0-9]{1,5}))?")
_NUMBER = re.compile(r"[0-9]{1,4}")


@dataclass(frozen=True, slots=True)
class Address:
    """Some nodes of the cluster, from which the driver learns of all others, and the keyspace."""

    nodes: tuple[tuple[str, int], ...]
    keyspace: str
    replication_factor: int = 1
    ttl_seconds: int = 8 * 24 * 3600
    """An entry expires so long after it was written."""
    data_center: str = ""
    """The data centre whose nodes are asked; empty for that of the first node that answers."""
    tls_ca: str = ""
    """The file of the authorities that sign the nodes' certificates; empty for connections without TLS."""
    user: str = ""
    password: str = field(default="", repr=False)


def parse(url: str) -> Address:
    """Returns the address; raises `ValueError`, whose text says what is wrong."""
    parts = urlsplit(url)
    login, _, hosts = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    keyspace = parts.path.removeprefix("/")
    if not _KEYSPACE.fullmatch(keyspace):
        raise ValueError("its path must be a keyspace: up to 48 lower-case letters, digits and _, first a letter")
    options = options_of(parts.query)
    address = Address(
        tuple(_node(host) for host in hosts.split(",")),
        keyspace,
        _number(options, "replication_factor", 1, 1, REPLICATION_MAX),
        _number(options, "ttl_days", 8, *TTL_DAYS) * 24 * 3600,
        options.pop("data_center", ""),
        _authorities(options.pop("tls_ca", "")),
        unquote(user),
        unquote(password),
    )
    _check_that_there_are_no_others(options)
    return address


def _node(text: str) -> tuple[str, int]:
    found = _HOST.fullmatch(text)
    if found is None or not 0 < int(found[3] or PORT) <= 65535:  # noqa: PLR2004 - the last port
        raise ValueError("before its path there must be one host:port or several with commas between them")
    return found[1] or found[2], int(found[3] or PORT)


def _number(options: dict[str, str], name: str, default: int, low: int, high: int) -> int:
    text = options.pop(name, str(default))
    if not _NUMBER.fullmatch(text) or not low <= int(text) <= high:
        raise ValueError(f"{name} must be a whole number from {low} to {high}")
    return int(text)


def _check_that_there_are_no_others(options: dict[str, str]) -> None:
    if options:
        known = "replication_factor, ttl_days, data_center and tls_ca"
        raise ValueError(f"there is no option {min(options)}; there are {known}")


def _authorities(path: str) -> str:
    """Returns the path of a file that can be used; empty as it is."""
    try:
        if path:
            tls_context(path)
    except OSError as error:
        raise ValueError(f"tls_ca must name a file with certificates in PEM: {error}") from None
    return path


def tls_context(authorities: str) -> ssl.SSLContext:
    """Returns what checks the certificate of each node, and that it is for the node's address."""
    return ssl.create_default_context(cafile=authorities)
