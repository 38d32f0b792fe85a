"""The stream of a home timeline sends each new tweet once, oldest first."""

from collections.abc import Callable, Iterator, Sequence

import pytest

from domain.errors import Overloaded, Unavailable
from domain.tweet import Tweet
from infrastructure.memory.stores import MemoryStores
from infrastructure.streams.subscriptions import Subscriptions
from tests.unit.usecases.home import ALICE, Home
from usecases.home_timeline import stream
from usecases.home_timeline.stream import (
    BATCH_MAX,
    HomeTimelineStream,
    StreamHomeTimeline,
    StreamHomeTimelineRequest,
)

NO_WAIT = 0.0


@pytest.fixture
def subscriptions() -> Subscriptions:
    return Subscriptions(2)


@pytest.fixture
def home(stores: MemoryStores) -> Home:
    home = Home(stores, capacity=10)
    home.follow("bob", "carol")
    return home


@pytest.fixture
def open_stream(home: Home, subscriptions: Subscriptions) -> Callable[..., HomeTimelineStream]:
    use_case = StreamHomeTimeline(home.read, home.tweets, subscriptions)

    def open_stream(since_id: int | None = None) -> HomeTimelineStream:
        return use_case.execute(StreamHomeTimelineRequest(ALICE, since_id))

    return open_stream


OpenStream = Callable[..., HomeTimelineStream]


def news(stream: HomeTimelineStream) -> list[Tweet]:
    """Returns all tweets that the stream can send now."""
    return [tweet for batch in new_batches(stream, stream.batches(NO_WAIT)) for tweet in batch]


def new_batches(stream: HomeTimelineStream, batches: Iterator[Sequence[Tweet]]) -> Iterator[Sequence[Tweet]]:
    """Yields the batches with tweets until the stream has sent all that can be seen now."""
    while stream.position < stream._tweets.frontier():
        if batch := next(batches):
            yield batch


def test_a_stream_without_an_id_starts_with_the_next_tweet(home: Home, open_stream: OpenStream) -> None:
    home.publish("bob", 3)
    stream = open_stream()
    assert news(stream) == []
    after = home.publish("bob", 2)[::-1]
    assert news(stream) == after
    assert news(stream) == []


def test_a_stream_starts_when_it_is_opened(home: Home, open_stream: OpenStream) -> None:
    stream = open_stream()
    published = home.publish("bob")
    assert news(stream) == published


def test_a_stream_with_an_id_resumes_after_that_tweet(home: Home, open_stream: OpenStream) -> None:
    old = home.publish("bob", 5)[::-1]
    home.deliver()
    assert news(open_stream(old[1].id)) == old[2:]


def test_a_stream_from_id_0_sends_every_tweet(home: Home, open_stream: OpenStream) -> None:
    everything = home.publish("bob", 7)[::-1] + home.publish("carol", 7)[::-1]
    home.publish("stranger", 7)
    home.deliver()
    assert news(open_stream(0)) == everything


@pytest.mark.parametrize("count", [BATCH_MAX - 1, BATCH_MAX, BATCH_MAX + 1, 2 * BATCH_MAX, 3 * BATCH_MAX + 7])
def test_many_tweets_are_sent_in_batches_oldest_first(home: Home, open_stream: OpenStream, count: int) -> None:
    stream = open_stream()
    published = home.publish("bob", count)[::-1]
    batches = []
    for batch in new_batches(stream, stream.batches(NO_WAIT)):
        batches.append(batch)
        assert stream.position == batch[-1].id
    assert [tweet for batch in batches for tweet in batch] == published
    assert max(map(len, batches)) <= BATCH_MAX
    assert stream.position == home.tweets.frontier()


def test_a_stream_from_a_future_id_sends_newer_tweets_only(home: Home, open_stream: OpenStream) -> None:
    home.publish("bob", 3)
    future = home.tweets.frontier() + 1
    stream = open_stream(future)
    assert news(stream) == []
    assert stream.position == future
    assert [tweet.id for tweet in home.publish("bob", 3)[::-1] if tweet.id > future] == [
        tweet.id for tweet in news(stream)
    ]


def test_a_tweet_that_is_deleted_before_its_batch_is_not_sent(home: Home, open_stream: OpenStream) -> None:
    stream = open_stream()
    published = home.publish("bob", 3 * BATCH_MAX)[::-1]
    batches = new_batches(stream, stream.batches(NO_WAIT))
    sent = list(next(batches))
    for tweet in published[-5:]:
        home.tweets.delete(tweet.id)
    for batch in batches:
        sent += batch
    assert sent == published[:-5]


def test_follows_and_unfollows_between_batches_take_effect_from_the_next_batch(
    home: Home, open_stream: OpenStream
) -> None:
    stream = open_stream()
    bobs, carols, daves = [], [], []
    for _ in range(2 * BATCH_MAX):
        bobs += home.publish("bob")
        carols += home.publish("carol")
        daves += home.publish("dave")
    batches = new_batches(stream, stream.batches(NO_WAIT))
    sent = list(next(batches))
    home.unfollow("carol")
    home.follow("dave")
    sent_until = sent[-1].id
    for batch in batches:
        sent += batch
    next_batch_from = sent[BATCH_MAX].id
    expected = list(bobs)
    expected += [tweet for tweet in carols if tweet.id <= sent_until]
    expected += [tweet for tweet in daves if tweet.id > next_batch_from]
    assert sent == sorted(expected, key=lambda tweet: tweet.id)


def test_a_deleted_tweet_advances_the_position(home: Home, open_stream: OpenStream) -> None:
    stream = open_stream()
    [tweet] = home.publish("bob")
    home.tweets.delete(tweet.id)
    assert news(stream) == []
    assert stream.position == tweet.id


def test_a_stream_reads_no_timeline_while_nothing_is_published(home: Home, subscriptions: Subscriptions) -> None:
    class Forbidden:
        def execute(self, request: object) -> object:
            raise AssertionError(request)

    use_case = StreamHomeTimeline(Forbidden(), home.tweets, subscriptions)  # type: ignore[arg-type]
    home.publish("bob")
    stream = use_case.execute(StreamHomeTimelineRequest(ALICE, None))
    batches = stream.batches(NO_WAIT)
    assert [next(batches) for _ in range(5)] == [()] * 5


def test_end_closes_a_stream_even_between_batches(
    home: Home, open_stream: OpenStream, subscriptions: Subscriptions
) -> None:
    stream = open_stream()
    published = home.publish("bob", 3 * BATCH_MAX)[::-1]
    batches = stream.batches(NO_WAIT)
    assert next(batch for batch in batches if batch) == published[:BATCH_MAX]
    subscriptions.end()
    assert list(batches) == []
    assert list(open_stream(0).batches(NO_WAIT)) == []


def test_a_stream_that_starts_far_back_can_be_closed_while_it_walks_down(home: Home, open_stream: OpenStream) -> None:
    home.publish("bob", 3 * BATCH_MAX)
    stream = open_stream(0)
    batches = stream.batches(NO_WAIT)
    assert next(batches) == ()
    stream.close()
    assert list(batches) == []
    assert stream.position == 0


def test_a_stream_that_starts_far_back_tells_deletions_after_their_tweets(home: Home, open_stream: OpenStream) -> None:
    published = home.publish("bob", 3 * BATCH_MAX)[::-1]
    stream = open_stream(0)
    batches = stream.batches(NO_WAIT)
    assert next(batches) == ()
    home.tweets.delete(published[0].id)
    home.tweets.delete(published[-1].id)
    sent: list[Tweet] = []
    while stream.position < home.tweets.frontier():
        sent += next(batches)
    assert sent == published[1:-1]


def test_closing_a_stream_frees_its_place(open_stream: OpenStream, subscriptions: Subscriptions) -> None:
    first, _ = open_stream(), open_stream()
    with pytest.raises(Overloaded):
        open_stream()
    first.close()
    assert list(first.batches(NO_WAIT)) == []
    open_stream()
    assert subscriptions.counts().open == 2


def test_a_stream_that_fails_to_open_takes_no_place(home: Home, subscriptions: Subscriptions) -> None:
    class Broken:
        def frontier(self) -> int:
            raise Unavailable("no answer")

    with pytest.raises(Unavailable):
        StreamHomeTimeline(home.read, Broken(), subscriptions).execute(StreamHomeTimelineRequest(ALICE, None))
    assert subscriptions.counts().open == 0


class Failing:
    """Tweets whose frontier cannot be read for a while."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self.failures = 0

    def frontier(self) -> int:
        if self.failures:
            self.failures -= 1
            raise Unavailable("no answer")
        return self._home.tweets.frontier()


@pytest.fixture
def failing(home: Home, monkeypatch: pytest.MonkeyPatch) -> Failing:
    monkeypatch.setattr(stream, "RETRY_SECONDS", NO_WAIT)
    return Failing(home)


def test_a_stream_outlives_a_store_that_does_not_answer_for_a_while(
    home: Home, subscriptions: Subscriptions, failing: Failing
) -> None:
    opened = StreamHomeTimeline(home.read, failing, subscriptions).execute(StreamHomeTimelineRequest(ALICE, None))
    batches = opened.batches(NO_WAIT)
    for _ in range(3):
        failing.failures = stream.FAILURES_MAX
        published = home.publish("bob")
        assert next(batches) == ()
        assert next(batch for batch in batches if batch) == published
        assert not failing.failures


def test_a_stream_gives_up_a_store_that_does_not_come_back(
    home: Home, subscriptions: Subscriptions, failing: Failing
) -> None:
    opened = StreamHomeTimeline(home.read, failing, subscriptions).execute(StreamHomeTimelineRequest(ALICE, None))
    failing.failures = stream.FAILURES_MAX + 1
    with pytest.raises(Unavailable):
        list(opened.batches(NO_WAIT))


def test_a_stream_that_is_closed_while_a_store_does_not_answer_ends(
    home: Home, subscriptions: Subscriptions, failing: Failing
) -> None:
    opened = StreamHomeTimeline(home.read, failing, subscriptions).execute(StreamHomeTimelineRequest(ALICE, None))
    failing.failures = stream.FAILURES_MAX
    batches = opened.batches(NO_WAIT)
    assert next(batches) == ()
    opened.close()
    assert list(batches) == []
