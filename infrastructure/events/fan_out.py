"""The fan-out: takes events off the queue and delivers them slice by slice, with retries and dead letters."""

import heapq
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Protocol

from domain.events import DeliveryFailed, TweetCreated, TweetDeadLettered, TweetPushed
from domain.tweet_id import created_at_ms
from infrastructure.events.event_queue import EventQueue
from infrastructure.log import get_logger
from usecases.deliver_tweet import FIRST_SLICE

log = get_logger("perch.delivery")

DeliveryEvent = TweetPushed | DeliveryFailed | TweetDeadLettered

ACTIVE_MAX = 100
"""Deliveries that take turns; while there are so many, new events wait in the queue, which is bounded."""

RETRIES_MAX = 10_000
"""Deliveries that wait for another attempt; while there are so many, new events wait in the queue."""

UNQUEUED_MAX = 100
"""Tweets without room that one step queues; the next steps queue the others."""

UNQUEUED_PAUSE_SECONDS = 1.0
"""After a failure of the store that keeps them."""

BACKOFF_FIRST_SECONDS = 0.1
BACKOFF_MAX_SECONDS = 30.0


class Clock(Protocol):
    def now_ms(self) -> int: ...

    def monotonic(self) -> float: ...


class Deliver(Protocol):
    def execute(self, event: TweetCreated, after: int) -> int | None: ...


class Tweets(Protocol):
    """Which tweets are to be pushed still, and which of them found no room in the queue."""

    def is_unpushed(self, tweet_id: int) -> bool:
        """False too when the tweet is not there."""

    def unqueued(self, limit: int) -> list[TweetCreated]: ...

    def mark_queued(self, tweet_id: int) -> None: ...

    def unqueued_count(self) -> int: ...


class DeadLetters(Protocol):
    def put(self, letter: TweetDeadLettered) -> None: ...


@dataclass(slots=True)
class _Delivery:
    event: TweetCreated
    after: int = FIRST_SLICE
    attempts: int = 0


class FanOut:
    """Delivers events, one step a call. Only one thread at a time may call `step`.

    - Each step runs one slice of the next new event, and one slice of a delivery that is under way, in turns: a large
      fan-out does not hold up the tweets behind it.
    - A slice that raises is tried again after an exponential back-off with full jitter
      (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), from where it stopped, while others
      go on. After `max_attempts` in a row without progress the event is a dead letter.
    - Events that found no room in the queue are queued as soon as there is some. When their store fails there, it is
      asked again a little later, and deliveries go on.
    - Whatever raises in a step, and wherever, no event is lost: the next step goes on with all that were taken. So does
      another fan-out that takes over its queue.
    - Where a tweet was deleted, or pushed because its event came twice, nothing is done, and nothing told.
    """

    def __init__(
        self,
        events: EventQueue,
        deliver: Deliver,
        tweets: Tweets,
        dead_letters: DeadLetters,
        *,
        clock: Clock,
        jitter: Callable[[], float],
        max_attempts: int,
        observe: Callable[[DeliveryEvent], None],
    ) -> None:
        """`jitter` gives random numbers from 0 to 1; `observe` is told what happens to each event."""
        self._events = events
        self._deliver = deliver
        self._tweets = tweets
        self._dead_letters = dead_letters
        self._clock = clock
        self._jitter = jitter
        self._max_attempts = max_attempts
        self._observe = observe
        self._active: deque[_Delivery] = deque()
        self._retries: list[tuple[float, int, _Delivery]] = []
        self._tie_breaker = count()
        self._unqueued_due = float("-inf")
        # As if a step had been cut: somebody else may have taken events before, and not have come to an end with them.
        self._cut = True

    def step(self, timeout: float = 0.0) -> bool:
        """Runs at most two slices; False when there was nothing to do, after waiting for `timeout` seconds."""
        if self._cut:
            self._mend()
        self._cut = True
        worked = self._whole_step(timeout)
        self._cut = False
        return worked

    def left(self) -> int:
        """How many events are queued, under way, waiting for another attempt or for room in the queue."""
        # In this order: an event on its way from unqueued to the queue is counted twice rather than not at all.
        return self._tweets.unqueued_count() + self._events.unfinished()

    def retries_waiting(self) -> int:
        """How many deliveries wait for another attempt. Any thread may ask."""
        return len(self._retries)

    def oldest_waiting_seconds(self) -> float:
        """How long ago the oldest tweet was published that is to be pushed and is not; 0 without any.

        It is unqueued, queued, under way or waiting for another attempt. Any thread may ask.
        """
        # In this order: an event on its way from unqueued to the queue is seen twice rather than not at all.
        unqueued = [event.tweet_id for event in self._tweets.unqueued(1)]
        unfinished = self._events.oldest_unfinished()
        waiting = unqueued if unfinished is None else [*unqueued, unfinished]
        return self._seconds_since(min(waiting)) if waiting else 0.0

    def _whole_step(self, timeout: float) -> bool:
        self._queue_unqueued()
        self._activate_due_retries()
        fresh = self._take_new(0.0 if self._active else self._until_next_retry(timeout))
        if fresh is not None:
            self._active.appendleft(_Delivery(fresh))
            self._run_slice_of_first()
        elif not self._active:
            return False
        if self._active:
            self._run_slice_of_first()
        return True

    def _mend(self) -> None:
        """After a step that was cut: each event that was taken and is not done is under way, once, and no other is."""
        lost = self._events.taken()

        def is_open(delivery: _Delivery) -> bool:
            lost[delivery.event] -= 1
            return lost[delivery.event] >= 0

        self._retries = [retry for retry in self._retries if is_open(retry[2])]
        heapq.heapify(self._retries)
        self._active = deque(delivery for delivery in self._active if is_open(delivery))
        self._active.extend(map(_Delivery, lost.elements()))

    def _queue_unqueued(self) -> None:
        if self._clock.monotonic() < self._unqueued_due or not self._events.has_room():
            return
        try:
            unqueued = self._tweets.unqueued(UNQUEUED_MAX)
        except Exception as error:  # noqa: BLE001 - whatever a store raises, deliveries must go on
            self._ask_later_for_unqueued(error)
            return
        for event in unqueued:
            if not self._events.offer(event):
                return
            self._mark_queued(event)

    def _mark_queued(self, event: TweetCreated) -> None:
        try:
            self._tweets.mark_queued(event.tweet_id)
        except Exception as error:  # noqa: BLE001 - the tweet is queued once more later, which changes nothing
            self._ask_later_for_unqueued(error)

    def _ask_later_for_unqueued(self, error: Exception) -> None:
        self._unqueued_due = self._clock.monotonic() + UNQUEUED_PAUSE_SECONDS
        log.error("unqueued_not_queued", error=_described(error))

    def _activate_due_retries(self) -> None:
        now = self._clock.monotonic()
        while self._retries and self._retries[0][0] <= now:
            self._active.append(self._retries[0][2])
            heapq.heappop(self._retries)

    def _take_new(self, timeout: float) -> TweetCreated | None:
        if len(self._active) >= ACTIVE_MAX:
            return None
        if len(self._retries) >= RETRIES_MAX:
            time.sleep(timeout)
            return None
        return self._events.take(timeout)

    def _until_next_retry(self, timeout: float) -> float:
        if not self._retries:
            return timeout
        return max(0.0, min(timeout, self._retries[0][0] - self._clock.monotonic()))

    def _run_slice_of_first(self) -> None:
        """Runs a slice of the first delivery under way, which stays there until it has its next place."""
        delivery = self._active[0]
        try:
            after = self._run_slice(delivery)
        except BaseException as error:  # noqa: BLE001 - whatever a store raises, the events behind must go on
            self._fail(delivery, error)
            self._active.popleft()
            return
        if after is None:
            self._events.done(delivery.event)
            self._active.popleft()
        else:
            delivery.after, delivery.attempts = after, 0
            self._active.rotate(-1)

    def _run_slice(self, delivery: _Delivery) -> int | None:
        """Where to go on, None when the delivery is done."""
        tweet_id = delivery.event.tweet_id
        if not self._tweets.is_unpushed(tweet_id):
            return None
        after = self._deliver.execute(delivery.event, delivery.after)
        if after is None:
            self._tell(TweetPushed(tweet_id, self._seconds_since(tweet_id)))
        return after

    def _seconds_since(self, tweet_id: int) -> float:
        return max(0.0, (self._clock.now_ms() - created_at_ms(tweet_id)) / 1000)

    def _tell(self, happened: DeliveryEvent) -> None:
        try:
            self._observe(happened)
        except Exception:
            log.exception("observer_failed", tweet_id=str(happened.tweet_id))

    def _fail(self, delivery: _Delivery, error: BaseException) -> None:
        delivery.attempts += 1
        reason = _described(error)
        if delivery.attempts >= self._max_attempts and self._dead_lettered(delivery, reason):
            return
        longest = BACKOFF_FIRST_SECONDS * 2.0 ** min(delivery.attempts - 1, 20)
        retry_in = min(longest, BACKOFF_MAX_SECONDS) * self._jitter()
        due = self._clock.monotonic() + retry_in
        heapq.heappush(self._retries, (due, next(self._tie_breaker), delivery))
        self._tell(DeliveryFailed(delivery.event.tweet_id, delivery.attempts, reason, retry_in))

    def _dead_lettered(self, delivery: _Delivery, reason: str) -> bool:
        event = delivery.event
        letter = TweetDeadLettered(event.tweet_id, event.author_id, delivery.attempts, reason, self._clock.now_ms())
        try:
            self._dead_letters.put(letter)
        except BaseException:  # noqa: BLE001 - a letter that cannot be kept is another failed attempt
            return False
        self._tell(letter)
        self._events.done(event)
        return True


def _described(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:  # noqa: BLE001 - an error that cannot be put into words must not stop anything
        return type(error).__name__
