"""How far the deliveries of one partition's hints have come."""


class Progress:
    """The offsets of a partition that were taken and are not done yet. It is not thread-safe.

    Only what all earlier ones are done for may be committed: what a worker leaves undone is taken again by another.
    """

    def __init__(self, topic: str, partition: int) -> None:
        self.topic = topic
        self.partition = partition
        self.is_ours = True
        """False once the partition was given to another member of the group."""
        self._pending: dict[int, None] = {}
        self._next = -1
        self._told = -1

    def took(self, offset: int) -> None:
        """The message at this offset was taken. Offsets grow, unless the partition lost what it had."""
        if offset < self._next:
            self._pending.clear()
        self._pending[offset] = None
        self._next = offset + 1

    def done(self, offset: int) -> None:
        """Nothing is left to do for this offset. It may be told twice, and for what was never taken."""
        self._pending.pop(offset, None)

    def news(self) -> int | None:
        """Returns the offset to begin at the next time; None if it is the one that was returned last."""
        position = next(iter(self._pending), self._next)
        if position == self._told:
            return None
        self._told = position
        return position
