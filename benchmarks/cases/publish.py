"""Publishing with a full event queue, against publishing with room in the queue.

The services have no worker and differ only in their queues. A queue with room for two is full after two tweets.
"""

import statistics
from collections.abc import Iterator

from benchmarks.figure import Row, at_most, ratio
from benchmarks.load import PERCENTILES, latencies_in_turns, rates_in_turns, warm
from benchmarks.service import request, running_world

ROUNDS = 5
RATE_SECONDS = 0.7
LATENCY_SECONDS = 1.5
PUBLISH = request("POST", "/v1/tweets", "author-0", b'{"text": "A tweet of a usual length, for those who read"}')


def measure() -> Iterator[Row]:
    """Yields the rate, and the latency at half of the rate with room."""
    with (
        running_world("reader", "--no-worker", EVENT_QUEUE_CAPACITY="2") as full,
        running_world("reader", "--no-worker", EVENT_QUEUE_CAPACITY="10000000") as roomy,
    ):
        warm((full, roomy), [PUBLISH])
        of_full, of_roomy = rates_in_turns((full, roomy), [PUBLISH], RATE_SECONDS, ROUNDS)
        yield ratio("publish, queue full: rate", of_full, "queue with room", of_roomy, "/s")
        rate = statistics.median(of_roomy) / 2
        in_full, in_roomy = latencies_in_turns((full, roomy), [PUBLISH], rate, LATENCY_SECONDS, ROUNDS)
        for (name, share), bound in zip(PERCENTILES, (None, at_most(1.5)), strict=True):
            fulls, roomies = list(map(share, in_full)), list(map(share, in_roomy))
            yield ratio(f"publish, queue full: {name} at {rate:,.0f}/s", fulls, "queue with room", roomies, "ms", bound)
