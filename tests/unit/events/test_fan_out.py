import pytest

from domain.events import DeliveryFailed, TweetDeadLettered, TweetPushed
from infrastructure.events import fan_out
from infrastructure.memory.tweets import MemoryTweets
from tests.unit.events.rig import MAX_ATTEMPTS, Rig


@pytest.fixture
def rig() -> Rig:
    return Rig()


def test_without_events_there_is_nothing_to_do(rig: Rig) -> None:
    assert rig.fan_out.step() is False


def test_a_small_fan_out_is_one_step(rig: Rig) -> None:
    event = rig.queued()
    assert rig.fan_out.step() is True
    assert rig.slices.delivered() == [event.tweet_id]
    assert rig.fan_out.step() is False


def test_events_are_delivered_in_the_order_of_the_queue(rig: Rig) -> None:
    events = [rig.queued() for _ in range(5)]
    rig.run()
    assert rig.slices.delivered() == [event.tweet_id for event in events]


def test_slices_go_on_where_the_last_one_ended(rig: Rig) -> None:
    event = rig.queued(slices=5)
    rig.run()
    assert rig.slices.calls == [(event.tweet_id, after) for after in range(5)]


def test_no_step_runs_more_than_two_slices(rig: Rig) -> None:
    for slices in (30, 1, 7, 1):
        rig.queued(slices)
    before = 0
    while rig.fan_out.step():
        assert 0 < len(rig.slices.calls) - before <= 2
        before = len(rig.slices.calls)


def test_a_large_fan_out_does_not_hold_up_the_tweets_behind_it(rig: Rig) -> None:
    rig.queued(slices=1000)
    rig.fan_out.step()
    small = [rig.queued() for _ in range(10)]
    for _ in range(10):
        rig.fan_out.step()
    assert rig.slices.delivered() == [event.tweet_id for event in small]


def test_tweets_that_keep_coming_do_not_hold_up_a_large_fan_out(rig: Rig) -> None:
    large = rig.queued(slices=20)
    for _ in range(20):
        rig.queued()
        rig.fan_out.step()
    assert large.tweet_id in rig.slices.delivered()


def test_large_fan_outs_take_turns(rig: Rig) -> None:
    first, second = rig.queued(slices=40), rig.queued(slices=40)
    for _ in range(30):
        rig.fan_out.step()
    turns = [tweet_id for tweet_id, _ in rig.slices.calls]
    assert abs(turns.count(first.tweet_id) - turns.count(second.tweet_id)) <= 2


def test_while_too_many_are_under_way_new_events_wait_in_the_queue(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fan_out, "ACTIVE_MAX", 2)
    first = rig.queued(slices=10)
    rig.queued(slices=12)
    third = rig.queued()
    while rig.slices.delivered() == []:
        rig.fan_out.step()
    assert rig.slices.delivered() == [first.tweet_id]
    assert (third.tweet_id, 0) not in rig.slices.calls
    rig.run()
    assert third.tweet_id in rig.slices.delivered()


def test_it_tells_how_long_a_push_took(rig: Rig) -> None:
    event = rig.queued()
    rig.clock.advance(2500)
    rig.run()
    assert rig.observed == [TweetPushed(event.tweet_id, 2.5)]


def test_a_push_never_takes_less_than_no_time(rig: Rig) -> None:
    event = rig.queued()
    rig.clock.set_back(60_000)
    rig.run()
    assert rig.observed == [TweetPushed(event.tweet_id, 0.0)]


def test_what_is_left_is_queued_or_under_way_or_to_be_retried(rig: Rig) -> None:
    rig.queued(slices=3)
    rig.slices.fail(rig.queued(), times=1)
    rig.queued()
    left = [rig.fan_out.left()]
    while rig.fan_out.step():
        left.append(rig.fan_out.left())
    assert left[0] == 3
    assert left == sorted(left, reverse=True)
    assert left[-1] == 1, "one waits for another attempt"
    rig.wait(1)
    assert rig.fan_out.left() == 0


def test_a_deleted_tweet_is_done_and_nothing_is_told(rig: Rig) -> None:
    doomed = rig.queued(slices=3)
    rig.fan_out.step()
    rig.tweets.delete(doomed.tweet_id)
    rig.run()
    assert (rig.slices.delivered(), rig.observed, rig.fan_out.left()) == ([], [], 0)


@pytest.mark.parametrize("slices", [1, 4])
def test_a_tweet_whose_event_comes_twice_is_pushed_once(rig: Rig, slices: int) -> None:
    event = rig.queued(slices)
    assert rig.queue.offer(event)
    rig.run()
    assert rig.observed == [TweetPushed(event.tweet_id, 0.0)]
    assert rig.fan_out.left() == 0


def test_a_store_that_cannot_say_whether_a_tweet_is_unpushed_is_asked_again() -> None:
    rig = Rig(tweets_type=_Forgetful)
    event = rig.queued()
    rig.run()
    rig.wait(1)
    assert [type(told) for told in rig.observed] == [DeliveryFailed, TweetPushed]
    assert rig.slices.delivered() == [event.tweet_id]


class _Forgetful(MemoryTweets):
    """Does not answer the first time."""

    answers = False

    def is_unpushed(self, tweet_id: int) -> bool:
        if not self.answers:
            self.answers = True
            raise ConnectionError("no answer")
        return super().is_unpushed(tweet_id)


def test_a_wake_hides_no_event(rig: Rig) -> None:
    rig.queue.wake()
    rig.queued()
    assert rig.fan_out.step() is True


@pytest.mark.parametrize(("failures", "outcome"), [(0, TweetPushed), (MAX_ATTEMPTS, TweetDeadLettered)])
def test_the_outcome_is_told_before_the_event_counts_as_done(failures: int, outcome: type) -> None:
    """Otherwise who waits until nothing is left does not find it in the counts yet."""
    rig = Rig(jitter=0.0)
    rig.slices.fail(rig.queued(), times=failures)
    rig.run()
    assert isinstance(rig.observed[-1], outcome)
    assert rig.left_when_observed[-1] == 1
