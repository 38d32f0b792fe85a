"""What the processes that push tweets have done, by their own metrics."""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection

from cluster.exchange import exchange
from cluster.scrapes import samples

LOOK_SECONDS = 0.05
WAIT_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Pushed:
    """What was done since the processes started."""

    tweets: float
    """Tweets that are in the last timeline."""
    seconds: float
    """The sum of their times from publication to the last push."""
    deliveries: float
    waiting: float
    """Tweets in the outbox."""


class Pushes:
    """The `work` at these ports, or the one `serve` that does the work too."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = ports

    def now(self) -> Pushed:
        """What all of them have done; the outbox is one for all."""
        found = [_scraped(port) for port in self._ports]
        return Pushed(
            sum(each.tweets for each in found),
            sum(each.seconds for each in found),
            sum(each.deliveries for each in found),
            max(each.waiting for each in found),
        )

    def wait_for(self, tweets: float, look_seconds: float = LOOK_SECONDS) -> Pushed:
        """Waits until so many tweets were pushed since the start; raises `RuntimeError` after five minutes."""
        _wait(lambda: self.now().tweets >= tweets, look_seconds)
        return self.now()

    def settle(self) -> None:
        """Waits until the outbox is empty; raises `RuntimeError` after five minutes."""
        _wait(lambda: not self.now().waiting)


def _wait(condition: Callable[[], bool], look_seconds: float = LOOK_SECONDS) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"tweets are not pushed after {WAIT_SECONDS:g} s")
        # Each look takes CPU from the work.
        time.sleep(look_seconds)


def _scraped(port: int) -> Pushed:
    with closing(HTTPConnection("127.0.0.1", port, timeout=WAIT_SECONDS)) as connection:
        found = samples(exchange(connection, "GET", "/metrics")[1].decode())
    pushed = "perch_tweet_pushed_seconds"
    names = (f"{pushed}_count", f"{pushed}_sum", "perch_deliveries_total", "perch_outbox_waiting")
    return Pushed(*(found.get(name, 0.0) for name in names))
