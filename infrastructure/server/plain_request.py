"""Refuses the simplest requests without a parser, at a third of the cost: 19 µs instead of 57 µs."""

import re

from infrastructure.http.envelope import request_id_of
from infrastructure.http.reply import STATUS_LINES, Reply
from infrastructure.server.served import ALWAYS_ANSWERED

_ALWAYS_ANSWERED = frozenset(path.encode() for path in ALWAYS_ANSWERED)
_ANY_HEADER = (
    rb"(?i:X-Request-Id: ?(?P<id%d>[A-Z0-9_-]{1,128})\r\n|Connection: ?keep-alive\r\n"
    rb"|(?!Connection:|Content-Length:|Expect:|Origin:|Transfer-Encoding:|Upgrade:|X-Request-Id:)[A-Z0-9-]+:[^\r\n]*\r\n)"
)
_PLAIN = re.compile(
    rb"(?:GET|POST|PUT|DELETE) (?P<path>/[!->@-~]*)(?:\?[!-~]*)? HTTP/1\.1\r\n"
    rb"%b*(?:(?i:Content-Length: ?(?P<length>[0-9]{1,5})\r\n)%b*)?\r\n" % (_ANY_HEADER % 1, _ANY_HEADER % 2)
)


def request_id_of_plain(data: bytes) -> str | None:
    """Returns the request id, sent or new, if `data` is one whole plain request, which may be refused unparsed.

    Returns None for other data: paths that are always answered, requests from pages of other origins, and requests that
    two parsers may read differently.
    """
    plain = _PLAIN.match(data)
    if plain is None or plain["path"] in _ALWAYS_ANSWERED or len(data) != plain.end() + int(plain["length"] or 0):
        return None
    return request_id_of((plain["id1"] or plain["id2"] or b"").decode())


def encoded(reply: Reply) -> bytes:
    """Returns the bytes of a response that keeps the connection open."""
    lines = [f"HTTP/1.1 {STATUS_LINES[reply.status]}", "Server: perch"]
    lines += [f"{name}: {value}" for name, value in reply.headers]
    return "\r\n".join([*lines, "", ""]).encode() + b"".join(reply.body)
