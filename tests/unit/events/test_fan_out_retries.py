import time

import pytest

from domain.events import DeliveryFailed, TweetDeadLettered, TweetPushed
from infrastructure.events import fan_out
from infrastructure.events.fan_out import BACKOFF_FIRST_SECONDS, BACKOFF_MAX_SECONDS
from infrastructure.memory.dead_letters import MemoryDeadLetters
from tests.fakes.letters import kept
from tests.unit.events.rig import MAX_ATTEMPTS, BrokenDeadLetters, Rig

FOR_EVER = 1_000_000
REASON = "ConnectionError: no answer"


@pytest.fixture
def rig() -> Rig:
    return Rig()


def test_a_slice_that_fails_is_tried_again_after_a_while(rig: Rig) -> None:
    event = rig.queued()
    rig.slices.fail(event, times=1)
    rig.run()
    assert rig.observed == [DeliveryFailed(event.tweet_id, 1, REASON, BACKOFF_FIRST_SECONDS)]

    rig.wait(BACKOFF_FIRST_SECONDS - 0.001)
    assert rig.slices.calls == [(event.tweet_id, 0)]
    rig.wait(0.001)
    assert rig.slices.delivered() == [event.tweet_id, event.tweet_id]
    assert isinstance(rig.observed[-1], TweetPushed)


def test_a_retry_goes_on_at_the_slice_that_failed(rig: Rig) -> None:
    event = rig.queued(slices=4)
    rig.slices.fail(event, at_slice=2, times=1)
    rig.run()
    rig.wait(1)
    assert [after for _, after in rig.slices.calls] == [0, 1, 2, 2, 3]


def test_a_retry_holds_up_nobody(rig: Rig) -> None:
    rig.slices.fail(rig.queued(), times=FOR_EVER)
    behind = [rig.queued(slices=3) for _ in range(5)]
    rig.run()
    assert rig.slices.delivered()[1:] == [event.tweet_id for event in behind]


def test_the_wait_doubles_with_each_attempt() -> None:
    rig = Rig(max_attempts=30)
    rig.slices.fail(rig.queued(), times=FOR_EVER)
    rig.run()
    for _ in range(20):
        rig.wait(BACKOFF_MAX_SECONDS)
    waits = [event.retry_in for event in rig.observed if isinstance(event, DeliveryFailed)]
    assert waits[:4] == pytest.approx([0.1, 0.2, 0.4, 0.8])
    assert waits[-1] == BACKOFF_MAX_SECONDS
    assert waits == sorted(waits)


@pytest.mark.parametrize("jitter", [0.0, 0.25, 1.0])
def test_the_wait_is_a_random_part_of_the_longest(jitter: float) -> None:
    rig = Rig(jitter=jitter)
    rig.slices.fail(rig.queued(), times=1)
    rig.fan_out.step()
    failed = rig.observed[0]
    assert isinstance(failed, DeliveryFailed)
    assert failed.retry_in == pytest.approx(BACKOFF_FIRST_SECONDS * jitter)


def test_retries_come_when_they_are_due_whatever_their_order(rig: Rig) -> None:
    slow, quick = rig.queued(), rig.queued()
    rig.slices.fail(slow, times=1)
    rig.slices.fail(quick, times=1)
    rig.fan_out.step()
    rig.jitter = 0.5
    rig.fan_out.step()
    rig.wait(0.06)
    assert rig.slices.calls[-1] == (quick.tweet_id, 0)
    rig.wait(0.05)
    assert rig.slices.calls[-1] == (slow.tweet_id, 0)


def test_after_the_last_attempt_the_event_is_a_dead_letter(rig: Rig) -> None:
    event = rig.queued()
    rig.slices.fail(event, times=FOR_EVER)
    rig.run()
    rig.wait(0.1)
    rig.wait(0.2)
    letter = TweetDeadLettered(event.tweet_id, "alice", MAX_ATTEMPTS, REASON, rig.clock.now_ms())
    assert isinstance(rig.dead_letters, MemoryDeadLetters)
    assert kept(rig.dead_letters) == [letter]
    assert rig.observed[-1] == letter
    assert rig.fan_out.left() == 0
    rig.wait(BACKOFF_MAX_SECONDS)
    assert len(rig.slices.calls) == MAX_ATTEMPTS


def test_progress_gives_all_attempts_again() -> None:
    rig = Rig(jitter=0.0)
    event = rig.queued(slices=4)
    for at_slice in range(4):
        rig.slices.fail(event, at_slice=at_slice, times=MAX_ATTEMPTS - 1)
    rig.run()
    assert isinstance(rig.observed[-1], TweetPushed)
    assert max(failed.attempts for failed in rig.observed if isinstance(failed, DeliveryFailed)) == MAX_ATTEMPTS - 1


def test_a_dead_letter_that_cannot_be_kept_is_another_failed_attempt() -> None:
    dead_letters = BrokenDeadLetters()
    rig = Rig(dead_letters=dead_letters)
    event = rig.queued()
    rig.slices.fail(event, times=FOR_EVER)
    rig.run()
    for _ in range(MAX_ATTEMPTS + 2):
        rig.wait(BACKOFF_MAX_SECONDS)
    assert [type(seen) for seen in rig.observed] == [DeliveryFailed] * (MAX_ATTEMPTS + 3)
    assert rig.fan_out.left() == 1

    dead_letters.broken = False
    rig.wait(BACKOFF_MAX_SECONDS)
    assert [letter.tweet_id for letter in dead_letters.kept] == [event.tweet_id]
    assert rig.observed[-1] == dead_letters.kept[0]
    assert rig.fan_out.left() == 0


def test_a_broken_dead_letter_store_holds_up_nobody() -> None:
    rig = Rig(dead_letters=BrokenDeadLetters(), jitter=0.0)
    dying, behind = rig.queued(), rig.queued()
    rig.slices.fail(dying, times=FOR_EVER)
    for _ in range(10):
        rig.fan_out.step()
    assert behind.tweet_id in rig.slices.delivered()


def test_while_too_many_wait_for_another_attempt_new_events_wait_in_the_queue(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fan_out, "RETRIES_MAX", 2)
    for _ in range(2):
        rig.slices.fail(rig.queued(), times=1)
    behind = rig.queued()
    rig.run()
    assert (behind.tweet_id, 0) not in rig.slices.calls
    rig.wait(1)
    assert behind.tweet_id in rig.slices.delivered()
    assert rig.fan_out.left() == 0


def test_a_step_waits_for_the_next_retry_also_while_new_events_must_wait(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the worker spins until the retry is due."""
    monkeypatch.setattr(fan_out, "RETRIES_MAX", 1)
    rig.slices.fail(rig.queued(), times=1)
    rig.run()
    started = time.monotonic()
    assert rig.fan_out.step(timeout=0.05) is False
    assert time.monotonic() - started >= 0.04
