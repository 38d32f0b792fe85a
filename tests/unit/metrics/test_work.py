import pytest
from prometheus_client import CollectorRegistry

from cluster.scrapes import Watch
from domain.delivery import Delivery, RetryPolicy
from domain.errors import Unavailable
from domain.events import TweetCreated
from infrastructure.memory.stores import MemoryOptions, open_memory
from infrastructure.metrics.work import SentHints, WorkCollector
from tests.fakes.clock import ManualClock
from usecases.publish_tweet import NEVER_PULLED


def test_gauges_show_the_current_state_of_the_stores() -> None:
    clock, registry = ManualClock(), CollectorRegistry()
    stores = open_memory(MemoryOptions(RetryPolicy(2, jitter=lambda: 1.0), event_queue_capacity=1), clock)
    registry.register(WorkCollector(stores.outbox, stores.events, stores.timelines, clock.now_ms))
    registry.register(SentHints(stores.events))
    watch = Watch(registry)
    assert set(watch.now().values()) == {0.0, 1.0}, "every gauge is 0, except the queue capacity of 1"

    ids = [
        stores.tweets.publish("alice", "hello", pull_from=0 if pulled else NEVER_PULLED).tweet.id
        for pulled in (False, False, False, True)
    ]
    for tweet_id in ids:
        stores.events.hint(TweetCreated(tweet_id, "alice"))
    for tweet_id, failures in ((ids[0], 2), (ids[1], 1)):
        for _ in range(failures):
            stores.outbox.failed(Delivery(tweet_id, "alice"), "gone")
    stores.timelines.install("bob")
    clock.advance(2500)
    assert watch.now() == {
        "perch_unpushed_tweets": 4,
        "perch_outbox_waiting": 2,
        "perch_delivery_retries_waiting": 1,
        "perch_dead_letters": 1,
        "perch_oldest_waiting_event_seconds": 2.5,
        "perch_event_queue_depth": 1,
        "perch_event_queue_capacity": 1,
        "perch_event_hints_sent_total": 1,
        "perch_event_hints_dropped_total": 3,
        "perch_event_hints_taken_total": 0,
        "perch_timelines": 1,
    }
    clock.set_back(60_000)
    assert watch.now()["perch_oldest_waiting_event_seconds"] == 0, (
        "a clock that is set back does not make an age negative"
    )


def test_the_counts_of_one_store_are_there_while_the_other_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, registry = ManualClock(), CollectorRegistry()
    stores = open_memory(MemoryOptions(RetryPolicy(2, jitter=lambda: 1.0)), clock)
    registry.register(WorkCollector(stores.outbox, stores.events, stores.timelines, clock.now_ms))
    watch = Watch(registry)
    alone = {"perch_timelines"}
    all_names = watch.now().keys()
    outbox = {name for name in all_names if not name.startswith("perch_event_")} - alone
    assert "perch_dead_letters" in outbox

    def fail() -> None:
        raise Unavailable("gone")

    monkeypatch.setattr(stores.timelines, "held", fail)
    assert watch.now().keys() == all_names - alone
    monkeypatch.undo()
    monkeypatch.setattr(stores.outbox, "counts", fail)
    assert watch.now().keys() == all_names - outbox
