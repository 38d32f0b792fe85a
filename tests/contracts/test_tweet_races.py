from collections.abc import Sequence
from functools import partial

from app.compose.ports import Outbox, Tweets
from domain.tweet import Tweet
from tests.contracts.limits import ALL, NEWEST
from tests.contracts.racing import RACERS, race, race_of_twenty
from usecases.publish_tweet import NEVER_PULLED

EACH = 25
AUTHORS = [f"author{number}" for number in range(RACERS)]


def publish_many(tweets: Tweets, author: str) -> list[Tweet]:
    return [tweets.publish(author, "hello", pull_from=NEVER_PULLED, key=None).tweet for _ in range(EACH)]


def test_ids_are_unique_and_increase_for_each_author(tweets: Tweets) -> None:
    published = race_of_twenty(lambda number: publish_many(tweets, AUTHORS[number]))
    ids = [tweet.id for by_one in published for tweet in by_one]
    assert len(set(ids)) == RACERS * EACH
    for author, by_one in zip(AUTHORS, published, strict=True):
        own = [tweet.id for tweet in by_one]
        assert own == sorted(own)
        assert list(tweets.newest([author], 0, NEWEST, ALL)) == own[::-1]
        assert tweets.get_many(own) == by_one


def test_an_author_can_publish_from_many_threads(tweets: Tweets) -> None:
    published = race_of_twenty(lambda _: publish_many(tweets, "alice"))
    ids = sorted((tweet.id for by_one in published for tweet in by_one), reverse=True)
    assert list(tweets.newest(["alice"], 0, NEWEST, ALL)) == ids
    assert list(tweets.unpushed({"alice"}, 0, NEWEST, ALL)) == ids
    assert tweets.count("alice") == len(ids)


def test_the_frontier_never_hides_a_stored_tweet(tweets: Tweets) -> None:
    """A reader of the frontier and then the logs sees every tweet that will ever exist up to the frontier."""

    def read() -> list[tuple[int, Sequence[int]]]:
        reads = []
        for _ in range(EACH):
            frontier = tweets.frontier()
            reads.append((frontier, tweets.newest(AUTHORS, 0, frontier + 1, ALL)))
        return reads

    def write_or_read(number: int) -> list[tuple[int, Sequence[int]]]:
        if number % 2:
            return read()
        publish_many(tweets, AUTHORS[number])
        return []

    reads = [one for many in race_of_twenty(write_or_read) for one in many]
    all_ids = list(tweets.newest(AUTHORS, 0, NEWEST, ALL))
    for frontier, seen in reads:
        assert list(seen) == [id_ for id_ in all_ids if id_ <= frontier]


def test_a_tweet_is_published_in_one_step(tweets: Tweets, outbox: Outbox) -> None:
    def read() -> None:
        for _ in range(EACH // 2):
            ids = tweets.newest(AUTHORS, 0, NEWEST, ALL)
            assert None not in tweets.get_many(ids)
            assert set(ids) <= set(tweets.unpushed(set(AUTHORS), 0, NEWEST, ALL))
            assert len(ids) <= outbox.counts().waiting

    def write_or_read(number: int) -> None:
        if number % 4 == 0:
            read()
        else:
            publish_many(tweets, AUTHORS[number])

    race_of_twenty(write_or_read)


def test_one_of_twenty_concurrent_deletions_succeeds(tweets: Tweets) -> None:
    for _ in range(20):
        tweet_id = tweets.publish("alice", "hello", pull_from=NEVER_PULLED, key=None).tweet.id
        assert race(*[partial(tweets.delete, tweet_id)] * RACERS).count(True) == 1
    assert tweets.count("alice") == 0


def delete_all(tweets: Tweets, doomed: Sequence[Tweet]) -> list[Tweet]:
    for tweet in doomed:
        assert tweets.delete(tweet.id)
    return []


def push_all(outbox: Outbox, pushed: Sequence[Tweet]) -> list[Tweet]:
    for tweet in pushed:
        outbox.done(tweet.id)
    return []


def test_concurrent_deletions_pushes_and_publications_lose_nothing(tweets: Tweets, outbox: Outbox) -> None:
    mixed = [tweet for _ in range(16) for tweet in publish_many(tweets, "alice")]
    doomed, pushed = mixed[::2], mixed[1::2]
    deletions = [partial(delete_all, tweets, doomed[part::6]) for part in range(6)]
    pushes = [partial(push_all, outbox, pushed[part::6]) for part in range(6)]
    publications = [partial(publish_many, tweets, "alice")] * 8

    published = [tweet for part in race(*deletions, *pushes, *publications) for tweet in part]
    fresh = sorted((tweet.id for tweet in published), reverse=True)
    assert list(tweets.newest(["alice"], 0, NEWEST, ALL)) == fresh + [tweet.id for tweet in reversed(pushed)]
    assert list(tweets.unpushed({"alice"}, 0, NEWEST, ALL)) == fresh
    assert set(tweets.get_many(tweet.id for tweet in doomed)) == {None}


def test_deletions_and_pushes_hide_no_other_tweet(tweets: Tweets, outbox: Outbox) -> None:
    mixed = [tweet for _ in range(16) for tweet in publish_many(tweets, "alice")]
    stable, doomed, pushed = mixed[::3], mixed[1::3], mixed[2::3]
    below, high = stable[:-1], stable[-1].id

    def read() -> list[Tweet]:
        for _ in range(4 * EACH):
            for seen in (tweets.newest(["alice"], 0, high, ALL), tweets.unpushed({"alice"}, 0, high, ALL)):
                assert {tweet.id for tweet in below} <= set(seen)
                assert not seen or seen[0] < high
        return []

    deletions = [partial(delete_all, tweets, doomed[part::6]) for part in range(6)]
    pushes = [partial(push_all, outbox, pushed[part::6]) for part in range(6)]
    race(*deletions, *pushes, *[read] * 8)


def test_unpushed_tweets_are_consistent_while_authors_publish_and_are_pushed(tweets: Tweets, outbox: Outbox) -> None:
    def publish_and_push(number: int) -> None:
        for at in range(EACH):
            tweet = tweets.publish(f"{AUTHORS[number]}-{at % 5}", "hello", pull_from=NEVER_PULLED, key=None).tweet
            outbox.done(tweet.id)

    def read() -> None:
        everybody = {f"{author}-{at}" for author in AUTHORS for at in range(5)}
        for _ in range(4 * EACH):
            seen = list(tweets.unpushed(everybody, 0, NEWEST, ALL))
            assert seen == sorted(set(seen), reverse=True)

    race_of_twenty(lambda number: publish_and_push(number) if number % 4 else read())
    assert list(tweets.unpushed({f"{AUTHORS[1]}-0"}, 0, NEWEST, ALL)) == []
