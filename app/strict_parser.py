"""Refuses requests that two servers may read differently, which waitress alone lets through."""

import re

from waitress.parser import HTTPRequestParser, ParsingError

_TARGET = re.compile(
    rb"\S+ (?:(?:https?://[^/?#\x00-\x20\x7f]+)?(?:/[^#\x00-\x20\x7f]*)?|\*)(?: HTTP/\d\.\d)?", re.IGNORECASE
)
_FOLDED = re.compile(rb"\r\n[ \t]")
_TRANSFER_ENCODINGS = re.compile(rb"\r\ntransfer-encoding:[ \t]*([^\r\n]*)", re.IGNORECASE)


class StrictParser(HTTPRequestParser):
    """A parser that says 400, and so ends the connection, where RFC 9112 lets a server or makes it.

    A gateway in front may have taken such a request for another one, or for two: whoever sends one may be after the
    requests of others, or after what the gateway's rules keep from them.
    """

    def parse_header(self, header_plus: bytes) -> None:
        if _FOLDED.search(header_plus):
            raise ParsingError("A header goes over more than one line")
        try:
            super().parse_header(header_plus)
        except ValueError:
            # Of an address or a length that is none; waitress would log a trace with what was sent.
            raise ParsingError("The target or the length is none") from None
        if not _TARGET.fullmatch(header_plus.partition(b"\r\n")[0].rstrip()):
            # Waitress cuts out controls and whatever follows a hash: rules in front would not hold for /metrics#x.
            raise ParsingError("The target is none")
        self._check_length(header_plus)

    def _check_length(self, header_plus: bytes) -> None:
        """RFC 9112, section 6.1: what ends a body must not be said twice."""
        codings = [coding.rstrip(b" \t").lower() for coding in _TRANSFER_ENCODINGS.findall(header_plus)]
        if codings and (codings != [b"chunked"] or self.version != "1.1" or "CONTENT_LENGTH" in self.headers):
            raise ParsingError("Where the body ends is said in two ways")
