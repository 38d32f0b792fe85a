"""The origins of pages, as browsers send them: https://url.spec.whatwg.org/#host-parsing."""

import re
from ipaddress import IPv4Address, IPv6Address

_ORIGIN = re.compile(r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[^:]+)(?::(?P<port>[0-9]{1,5}))?", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9._-]+")
_IPV4 = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?")
"""Matches hosts that browsers take for an IPv4 address, because the last part is a number."""

_PORTS = {"http": 80, "https": 443}
_PORT_MAX = 65_535
_DEVIATIONS = frozenset("ßẞς\u200c\u200d")
"""Characters that browsers encode by a newer IDNA than Python has."""


def origins(text: str) -> tuple[str, ...]:
    """Returns the comma-separated origins with lower case, without default ports, and with hosts in ASCII."""
    found = [origin.strip() for origin in text.split(",") if origin.strip()]
    try:
        return tuple(map(_normal, found))
    except ValueError:
        raise ValueError("must be origins with commas between, for example https://app.example") from None


def _normal(origin: str) -> str:
    match = _ORIGIN.fullmatch(origin)
    if match is None:
        raise ValueError
    scheme = match["scheme"].lower()
    port = int(match["port"] or _PORTS[scheme])
    if port > _PORT_MAX:
        raise ValueError
    return f"{scheme}://{_host(match['host'])}" + ("" if port == _PORTS[scheme] else f":{port}")


def _host(text: str) -> str:
    if text.startswith("["):
        return f"[{IPv6Address(text[1:-1])}]"
    host = text.encode("idna").decode().lower()
    if not _HOST.fullmatch(host) or not _DEVIATIONS.isdisjoint(text):
        raise ValueError
    return str(IPv4Address(host)) if _IPV4.fullmatch(host) else host
