"""Cursors: where a page ended, signed, so that a client can hand it back but not make one up."""

import binascii
import hashlib
import hmac
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from infrastructure.http.problems import Problem

_MAC_BYTES = 16


class Cursors:
    """Packs a list's positions with a keyed BLAKE2b (RFC 7693) over them and over what the cursor is bound to.

    It costs a twentieth of itsdangerous, which matters because every full page of a timeline carries one.
    """

    def __init__(self, secret_key: str) -> None:
        self._key = hashlib.sha256(b"perch cursor\0" + secret_key.encode()).digest()

    def sign(self, bound_to: str, *positions: int) -> str:
        """The cursor for these positions, good for the same `bound_to` only."""
        payload = struct.pack(f">{len(positions)}Q", *positions)
        mac = hashlib.blake2b(bound_to.encode() + b"\0" + payload, key=self._key, digest_size=_MAC_BYTES)
        return urlsafe_b64encode(payload + mac.digest()).decode()

    def read(self, cursor: str, bound_to: str, count: int) -> tuple[int, ...]:
        """The positions of a cursor; raises a `Problem` when it was forged, cut, or made for something else."""
        try:
            payload = urlsafe_b64decode(cursor.encode())[: 8 * count]
            positions = struct.unpack(f">{count}Q", payload)
        except (binascii.Error, struct.error):
            positions = (0,) * count
        if not hmac.compare_digest(self.sign(bound_to, *positions).encode(), cursor.encode()):
            detail = "The cursor was not given out for this list and user."
            where = {"parameter": "cursor", "detail": detail}
            raise Problem("malformed-cursor", detail, errors=[where])
        return positions


@dataclass(frozen=True, slots=True)
class PagedList:
    """One kind of list, whose cursors hold so many positions, and are good for the same owner only."""

    name: str
    positions: int
    cursors: Cursors

    def cursor(self, owner: str, *positions: int) -> str:
        return self.cursors.sign(f"{self.name} {owner}", *positions)

    def position(self, owner: str, cursor: str) -> tuple[int, ...]:
        """Raises a `Problem` when the cursor is not this list's."""
        return self.cursors.read(cursor, f"{self.name} {owner}", self.positions)
