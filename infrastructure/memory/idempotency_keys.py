"""Idempotency keys in memory."""

from collections import OrderedDict

from usecases.publish_tweet import Publication

KEPT_SECONDS = 24 * 3600.0


class IdempotencyKeys:
    """The newest `capacity` keys of all users, each for 24 hours, with what was published under it.

    Keys are in the order of their use, so that the oldest go first. No method is safe to call from two threads at once.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._kept: OrderedDict[tuple[str, str], tuple[float, Publication]] = OrderedDict()

    def get(self, user_id: str, key: str, now: float) -> Publication | None:
        """Returns the user's publication under the key, if it is still kept. `now` is monotonic time."""
        kept = self._kept.get((user_id, key))
        return kept[1] if kept is not None and kept[0] > now else None

    def keep(self, user_id: str, key: str, publication: Publication, now: float, seconds: float = KEPT_SECONDS) -> None:
        """Keeps it for `seconds`; over the capacity, the oldest keys go."""
        kept = self._kept
        kept.pop((user_id, key), None)
        while kept and (len(kept) >= self._capacity or next(iter(kept.values()))[0] <= now):
            kept.popitem(last=False)
        kept[user_id, key] = now + seconds, publication
