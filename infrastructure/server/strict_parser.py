"""Refuses ambiguous requests, which two servers may read differently and waitress accepts."""

import re

from waitress.parser import HTTPRequestParser, ParsingError

_TARGET = re.compile(
    rb"\S+ (?:(?:https?://[^/?#\x00-\x20\x7f]+)?(?:/[^#\x00-\x20\x7f]*)?|\*)(?: HTTP/\d\.\d)?", re.IGNORECASE
)
_FOLDED = re.compile(rb"\r\n[ \t]")
_TRANSFER_ENCODINGS = re.compile(rb"\r\ntransfer-encoding:[ \t]*([^\r\n]*)", re.IGNORECASE)


class StrictParser(HTTPRequestParser):
    """A parser that answers 400 and closes the connection in all cases where RFC 9112 requires or allows it.

    A gateway may read an ambiguous request as a different one, or as two. An attacker can use this to smuggle a request
    into another user's connection, or past the gateway's rules.
    """

    def parse_header(self, header_plus: bytes) -> None:
        if _FOLDED.search(header_plus):
            raise ParsingError("A header spans more than one line")
        try:
            super().parse_header(header_plus)
        except ValueError:
            # A malformed target or length; waitress would log a traceback that quotes it.
            raise ParsingError("The target or the length is malformed") from None
        if not _TARGET.fullmatch(header_plus.partition(b"\r\n")[0].rstrip()):
            # Waitress removes control characters and fragments, so /metrics#x would bypass a gateway's rule.
            raise ParsingError("The target is malformed")
        self._check_length(header_plus)

    def _check_length(self, header_plus: bytes) -> None:
        """Raises `ParsingError` if it is ambiguous where the body ends (RFC 9112, section 6.1)."""
        codings = [coding.rstrip(b" \t").lower() for coding in _TRANSFER_ENCODINGS.findall(header_plus)]
        if codings and (codings != [b"chunked"] or self.version != "1.1" or "CONTENT_LENGTH" in self.headers):
            raise ParsingError("The length of the body is ambiguous")
