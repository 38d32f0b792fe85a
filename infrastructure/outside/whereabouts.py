"""What the database knows about a timeline that is elsewhere."""

from typing import NamedTuple


class Whereabouts(NamedTuple):
    """A user's generation and the epoch of the engine, as of one moment with or after the look at the outbox.

    `generation` is None if the user has no timeline, and `unread_ms` is the time since it was read last, as far as it
    was written down. `epoch` grows with every server that becomes primary, and `identity` is that of the last one.
    """

    generation: int | None
    unread_ms: int | None
    epoch: int
    identity: str
