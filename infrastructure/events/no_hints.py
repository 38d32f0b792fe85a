"""Events without a broker: workers poll the outbox."""

import time

from domain.events import TweetCreated
from infrastructure.counts import QueueCounts
from infrastructure.events.taken import Taken


class NoHints:
    """Has no hints: outbox rows are due at once, and every worker asks for them often."""

    def hint(self, event: TweetCreated) -> None:
        """Does nothing: the outbox row is due already."""

    def take(self, timeout: float) -> Taken | None:
        """Waits for `timeout` seconds, and returns None."""
        time.sleep(max(0.0, timeout))
        return None

    def done(self, taken: Taken) -> None:
        """Does nothing: no hint was taken."""

    def counts(self) -> QueueCounts:
        return QueueCounts()
