"""Events where workers poll the outbox."""

import time

from domain.events import TweetCreated
from infrastructure.counts import QueueCounts


class NoHints:
    """Has no hints: outbox rows are due at once, and every worker asks for them often."""

    def hint(self, event: TweetCreated) -> None:
        """Does nothing: the outbox row is due already."""

    def take(self, timeout: float) -> TweetCreated | None:
        """Waits for `timeout` seconds, and returns None."""
        time.sleep(max(0.0, timeout))
        return None

    def counts(self) -> QueueCounts:
        return QueueCounts(0, 0, 0)
