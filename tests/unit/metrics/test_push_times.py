import pytest
from prometheus_client import CollectorRegistry

from domain.events import DeliveryFailed, TweetDeadLettered, TweetPushed
from infrastructure.metrics.push_times import BUCKETS_SECONDS, PushTimes
from tests.contracts.racing import RACERS, race_of_twenty
from tests.fakes.scrapes import Samples, Watch

NAME = "perch_tweet_pushed_seconds"


def observed(window_seconds: float, *seconds: float) -> Samples:
    registry = CollectorRegistry()
    times = PushTimes(registry, window_seconds)
    for taken in seconds:
        times.observe(TweetPushed(1, taken))
    return Watch(registry).now()


def bounds(now: Samples) -> list[str]:
    return [name.split('"')[1] for name in now if name.startswith(f"{NAME}_bucket")]


def test_pushes_are_counted_and_summed() -> None:
    now = observed(5.0, 0.0, 0.3, 7.0, 1000.0)
    assert (now[f"{NAME}_count"], now[f"{NAME}_sum"]) == (4, 1007.3)
    in_buckets = {bound: now[f'{NAME}_bucket{{le="{bound}"}}'] for bound in ("0.005", "0.25", "0.5", "5.0", "10.0")}
    assert in_buckets == {"0.005": 1, "0.25": 1, "0.5": 2, "5.0": 2, "10.0": 3}


@pytest.mark.parametrize("window_seconds", [0.2, 3.0, 5.0, 600.0])
def test_a_bucket_says_how_many_were_within_the_window(window_seconds: float) -> None:
    now = observed(window_seconds, window_seconds, window_seconds + 0.001)
    assert now[f'{NAME}_bucket{{le="{window_seconds}"}}'] == 1


def test_the_window_is_no_second_bucket_where_there_is_one() -> None:
    assert len(bounds(observed(5.0))) == len(BUCKETS_SECONDS) + 1
    assert len(bounds(observed(4.0))) == len(BUCKETS_SECONDS) + 2


def test_only_pushes_are_observed() -> None:
    registry = CollectorRegistry()
    times = PushTimes(registry, 5.0)
    times.observe(DeliveryFailed(1, 1, "ConnectionError: gone", 0.1))
    times.observe(TweetDeadLettered(1, "alice", 5, "ConnectionError: gone", 0))
    assert Watch(registry).now()[f"{NAME}_count"] == 0


def test_no_push_is_lost_among_many_threads() -> None:
    registry = CollectorRegistry()
    times = PushTimes(registry, 5.0)

    def observe_some(number: int) -> None:
        for _ in range(20):
            times.observe(TweetPushed(number, 0.5))

    race_of_twenty(observe_some)
    now = Watch(registry).now()
    assert (now[f"{NAME}_count"], now[f"{NAME}_sum"]) == (RACERS * 20, RACERS * 10)
