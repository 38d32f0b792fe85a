"""Cursors: signed positions in a list, which clients send back but cannot forge."""

import binascii
import hashlib
import hmac
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from infrastructure.http.problems import Problem

_MAC_BYTES = 16


class Cursors:
    """Signs positions with a keyed BLAKE2b (RFC 7693) over the positions and the text that the cursor is bound to.

    It costs a twentieth of itsdangerous, which matters because every full timeline page carries a cursor.
    """

    def __init__(self, secret_key: str) -> None:
        self._key = hashlib.sha256(b"perch cursor\0" + secret_key.encode()).digest()

    def sign(self, bound_to: str, *positions: int) -> str:
        """Returns the cursor for these positions. It is valid for the same `bound_to` only."""
        payload = struct.pack(f">{len(positions)}Q", *positions)
        mac = hashlib.blake2b(bound_to.encode() + b"\0" + payload, key=self._key, digest_size=_MAC_BYTES)
        return urlsafe_b64encode(payload + mac.digest()).decode()

    def read(self, cursor: str, bound_to: str, count: int) -> tuple[int, ...]:
        """Returns the positions of a cursor; raises a `Problem` if it is forged, truncated or of another `bound_to`."""
        try:
            payload = urlsafe_b64decode(cursor.encode())[: 8 * count]
            positions = struct.unpack(f">{count}Q", payload)
        except (binascii.Error, struct.error):
            positions = (0,) * count
        if not hmac.compare_digest(self.sign(bound_to, *positions).encode(), cursor.encode()):
            detail = "The cursor was not issued for this list and user."
            where = {"parameter": "cursor", "detail": detail}
            raise Problem("malformed-cursor", detail, errors=[where])
        return positions


@dataclass(frozen=True, slots=True)
class PagedList:
    """A kind of list. Its cursors hold `positions` numbers and are valid for the same owner only."""

    name: str
    positions: int
    cursors: Cursors

    def cursor(self, owner: str, *positions: int) -> str:
        return self.cursors.sign(f"{self.name} {owner}", *positions)

    def position(self, owner: str, cursor: str) -> tuple[int, ...]:
        """Returns the positions of a cursor; raises a `Problem` if it is not a cursor of this list and owner."""
        return self.cursors.read(cursor, f"{self.name} {owner}", self.positions)
