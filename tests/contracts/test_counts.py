"""What stores count is right, whoever does what at once."""

from collections.abc import Sequence
from functools import partial

from app.testing import ManualClock
from domain.events import TweetCreated, TweetDeadLettered
from infrastructure.counts import DeadLetterCounts, TimelineCounts, TweetCounts
from tests.contracts.limits import DEAD_LETTERS_KEPT, EVENTS_QUEUED, IDLE_SECONDS
from tests.contracts.ports import DeadLetters, Events, Timelines, Tweets
from tests.contracts.racing import RACERS, race, race_of_twenty


def letter(tweet_id: int) -> TweetDeadLettered:
    return TweetDeadLettered(tweet_id, "alice", 5, "ConnectionError: gone", 1_800_000_000_000)


def publish(tweets: Tweets, count: int, *, pulled: bool = False) -> list[int]:
    return [tweets.publish("alice", "hello", pulled=pulled).id for _ in range(count)]


def rebuild(timelines: Timelines, user_id: str) -> int:
    generation, _ = timelines.install(user_id)
    timelines.merge(user_id, generation, (), floor=0, mark=1)
    return generation


def test_at_first_all_counts_are_0(
    tweets: Tweets, timelines: Timelines, dead_letters: DeadLetters, events: Events
) -> None:
    assert tweets.counts() == TweetCounts(0, 0, 0, 0)
    assert timelines.counts() == TimelineCounts(0, 0, 0, 0, 0)
    assert dead_letters.counts() == DeadLetterCounts(0, 0)
    assert (events.depth(), events.oldest_unfinished()) == (0, None)


def test_tweets_are_counted_by_mode(tweets: Tweets) -> None:
    publish(tweets, 3)
    publish(tweets, 2, pulled=True)
    assert tweets.counts() == TweetCounts(published_push=3, published_pull=2, unpushed=5, unqueued=3)


def test_a_tweet_leaves_unpushed_once(tweets: Tweets) -> None:
    first, second, third = publish(tweets, 3)
    for tweet_id in (first, first, second):
        tweets.mark_pushed(tweet_id)
        tweets.mark_queued(tweet_id)
    for tweet_id in (first, second, third, third):
        tweets.delete(tweet_id)
    tweets.mark_pushed(third)
    assert tweets.counts() == TweetCounts(published_push=3, published_pull=0, unpushed=0, unqueued=0)


def test_a_deleted_tweet_is_neither_unpushed_nor_unqueued(tweets: Tweets) -> None:
    doomed, _ = publish(tweets, 2)
    tweets.delete(doomed)
    assert tweets.counts() == TweetCounts(published_push=2, published_pull=0, unpushed=1, unqueued=1)


def test_tweets_are_counted_among_twenty(tweets: Tweets) -> None:
    doomed, pushed = publish(tweets, 100), publish(tweets, 100)

    def publish_ten(*, pulled: bool) -> None:
        publish(tweets, 10, pulled=pulled)

    def delete(ids: Sequence[int]) -> None:
        for tweet_id in ids:
            tweets.delete(tweet_id)

    def push(ids: Sequence[int]) -> None:
        for tweet_id in ids:
            tweets.mark_queued(tweet_id)
            tweets.mark_pushed(tweet_id)

    race(
        *[partial(delete, doomed)] * 5,
        *[partial(push, pushed)] * 5,
        *[partial(publish_ten, pulled=False)] * 5,
        *[partial(publish_ten, pulled=True)] * 5,
    )
    assert tweets.counts() == TweetCounts(published_push=250, published_pull=50, unpushed=100, unqueued=50)


def test_a_timeline_is_held_from_its_installation_and_rebuilt_by_its_first_merge(timelines: Timelines) -> None:
    generation, _ = timelines.install("alice")
    assert timelines.counts() == TimelineCounts(1, 0, 0, 0, 0)
    timelines.merge("alice", generation + 1, (), floor=0, mark=1)
    assert timelines.counts() == TimelineCounts(1, 0, 0, 0, 0)
    for _ in range(2):
        timelines.merge("alice", generation, (), floor=0, mark=1)
        timelines.install("alice")
    assert timelines.counts() == TimelineCounts(1, 1, 0, 0, 0)


def test_timelines_thrown_away_are_counted_by_reason(timelines: Timelines, clock: ManualClock) -> None:
    for user_id in ("alice", "bob", "carol"):
        rebuild(timelines, user_id)
    for user_id in ("alice", "alice", "absent"):
        timelines.discard(user_id)
    assert timelines.counts() == TimelineCounts(2, 3, 0, 1, 0)
    clock.advance(round(IDLE_SECONDS * 1000) + 1)
    timelines.discard_idle()
    timelines.discard_idle()
    assert timelines.counts() == TimelineCounts(0, 3, 2, 1, 0)
    rebuild(timelines, "alice")
    assert timelines.counts() == TimelineCounts(1, 4, 2, 1, 0)


def test_a_delivery_is_one_tweet_into_one_timeline_that_is_present(timelines: Timelines) -> None:
    rebuild(timelines, "alice")
    timelines.install("bob")
    timelines.push(7, ["alice", "bob", "absent"])
    timelines.push(7, ["alice"])
    timelines.push(8, [])
    assert timelines.counts() == TimelineCounts(2, 1, 0, 0, deliveries=3)


def test_timelines_are_counted_among_twenty(timelines: Timelines) -> None:
    for number in range(RACERS):
        rebuild(timelines, f"stays-{number}")

    def come_and_go(number: int) -> None:
        for at in range(10):
            rebuild(timelines, f"goes-{number}")
            timelines.push(at + 1, [f"stays-{number}", f"stays-{(number + 1) % RACERS}"])
            timelines.discard(f"goes-{number}")

    race_of_twenty(come_and_go)
    assert timelines.counts() == TimelineCounts(RACERS, RACERS * 11, 0, RACERS * 10, RACERS * 20)


def test_one_timeline_rebuilt_and_thrown_away_by_twenty_is_counted_as_often_as_it_was(timelines: Timelines) -> None:
    def come_and_go(_: int) -> None:
        for _ in range(10):
            rebuild(timelines, "alice")
            timelines.discard("alice")

    race_of_twenty(come_and_go)
    counts = timelines.counts()
    assert counts.held == 0
    assert counts.rebuilt <= counts.discarded_stale <= RACERS * 10


def test_dead_letters_are_counted(dead_letters: DeadLetters) -> None:
    for tweet_id in range(DEAD_LETTERS_KEPT + 2):
        dead_letters.put(letter(tweet_id))
    dead_letters.put(letter(50))
    assert dead_letters.counts() == DeadLetterCounts(DEAD_LETTERS_KEPT, dropped=2)
    for found in dead_letters.find([50, 51, 0]):
        dead_letters.remove(found)
    assert dead_letters.counts() == DeadLetterCounts(DEAD_LETTERS_KEPT - 2, dropped=2)


def test_dead_letters_are_counted_among_twenty(dead_letters: DeadLetters) -> None:
    def put_some(number: int) -> None:
        for at in range(20):
            dead_letters.put(letter(number * 20 + at))

    race_of_twenty(put_some)
    assert dead_letters.counts() == DeadLetterCounts(DEAD_LETTERS_KEPT, dropped=RACERS * 20 - DEAD_LETTERS_KEPT)


def test_the_depth_is_what_waits_and_the_oldest_what_is_not_done(events: Events) -> None:
    first, second = TweetCreated(3, "alice"), TweetCreated(2, "alice")
    assert events.capacity == EVENTS_QUEUED
    events.offer(first)
    events.offer(second)
    assert (events.depth(), events.oldest_unfinished()) == (2, 2)
    assert (events.take(0), events.take(0)) == (first, second)
    assert (events.depth(), events.oldest_unfinished()) == (0, 2)
    events.done(second)
    assert (events.unfinished(), events.oldest_unfinished()) == (1, 3)
    events.done(first)
    assert (events.unfinished(), events.oldest_unfinished()) == (0, None)


def test_an_event_that_finds_no_room_is_not_unfinished(events: Events) -> None:
    for tweet_id in range(2, EVENTS_QUEUED + 2):
        events.offer(TweetCreated(tweet_id, "alice"))
    assert not events.offer(TweetCreated(1, "alice"))
    assert (events.depth(), events.oldest_unfinished()) == (EVENTS_QUEUED, 2)


def test_one_tweet_queued_twice_is_unfinished_until_both_are_done(events: Events) -> None:
    event = TweetCreated(1, "alice")
    for _ in range(2):
        events.offer(event)
    events.take(0)
    events.done(event)
    assert (events.unfinished(), events.oldest_unfinished()) == (1, 1)


def test_nothing_is_unfinished_after_twenty_offered_and_took(events: Events) -> None:
    def offer_and_take(number: int) -> None:
        for at in range(20):
            while not events.offer(TweetCreated(number * 20 + at, "alice")):
                pass
            while (taken := events.take(0)) is None:
                pass
            events.done(taken)

    race_of_twenty(offer_and_take)
    assert (events.depth(), events.unfinished(), events.oldest_unfinished()) == (0, 0, None)
