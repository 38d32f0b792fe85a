import random
from collections import Counter

import pytest

from infrastructure.events import unfinished as module
from infrastructure.events.unfinished import Unfinished


def test_without_events_there_is_no_oldest() -> None:
    unfinished = Unfinished()
    assert unfinished.oldest() is None


def test_the_oldest_is_the_smallest_id_whatever_the_order() -> None:
    unfinished = Unfinished()
    for tweet_id in (5, 3, 9, 4):
        unfinished.add(tweet_id)
    oldest = []
    for tweet_id in (4, 3, 9, 5):
        oldest.append(unfinished.oldest())
        unfinished.remove(tweet_id)
    assert oldest == [3, 3, 5, 5]
    assert unfinished.oldest() is None


def test_a_tweet_leaves_with_its_last_event() -> None:
    unfinished = Unfinished()
    for tweet_id in (1, 1, 2):
        unfinished.add(tweet_id)
    unfinished.remove(1)
    assert unfinished.oldest() == 1
    unfinished.remove(1)
    assert unfinished.oldest() == 2


def test_a_tweet_may_come_back() -> None:
    unfinished = Unfinished()
    unfinished.add(1)
    for tweet_id in (2, 3):
        unfinished.add(tweet_id)
        unfinished.remove(tweet_id)
        unfinished.add(tweet_id)
    unfinished.remove(1)
    assert unfinished.oldest() == 2


def test_it_is_right_after_any_deeds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STALE_MIN", 5)
    rng = random.Random(20261122)
    unfinished, there = Unfinished(), Counter[int]()
    for _ in range(5_000):
        if rng.random() < 0.5 or not there:
            tweet_id = rng.randrange(1000)
            unfinished.add(tweet_id)
            there[tweet_id] += 1
        else:
            tweet_id = rng.choice(sorted(there))
            unfinished.remove(tweet_id)
            there -= Counter([tweet_id])
        assert unfinished.oldest() == min(there, default=None)


def test_one_that_is_never_done_does_not_keep_those_after_it() -> None:
    unfinished = Unfinished()
    unfinished.add(0)
    for tweet_id in range(1, 20_000):
        unfinished.add(tweet_id)
        unfinished.remove(tweet_id)
    assert unfinished.oldest() == 0
    assert len(unfinished._heap) < 2 * module.STALE_MIN
