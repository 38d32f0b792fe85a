"""After many threads wrote at once, the file holds what memory does."""

import random
from pathlib import Path

from domain.tweet_id import MAX_TWEET_ID
from infrastructure.sqlite.stores import SqliteStores
from tests.contracts.racing import race_of_twenty
from tests.fakes.databases import copied, opened
from usecases.publish_tweet import NEVER_PULLED, IdempotencyKey

USERS = ("ann", "ben", "cat", "dan")
ALL = 1000


def test_memory_and_file_agree_after_a_race(tmp_path: Path) -> None:
    path = tmp_path / "perch.db"
    with opened(path) as stores:
        race_of_twenty(lambda number: _act(stores, random.Random(number)))
        before = _everything(stores)
        copy = copied(path, tmp_path / "copy.db")
    with opened(copy) as loaded:
        assert _everything(loaded) == before
    with opened(path) as closed:
        assert _everything(closed) == before


def _act(stores: SqliteStores, rng: random.Random) -> None:
    mine: list[int] = []
    for _ in range(40):
        user, other = rng.sample(USERS, 2)
        key = IdempotencyKey(str(rng.randrange(20)), "d") if rng.random() < 0.5 else None
        match rng.randrange(4):
            case 0:
                mine.append(
                    stores.tweets.publish(
                        user, "hello", pull_from=0 if rng.random() < 0.2 else NEVER_PULLED, key=key
                    ).tweet.id
                )
            case 1 if mine:
                stores.tweets.delete(mine.pop(rng.randrange(len(mine))))
            case 2:
                stores.graph.follow(user, other)
            case _:
                stores.graph.unfollow(user, other)


def _everything(stores: SqliteStores) -> object:
    """All that a restart keeps."""
    there = {user: stores.tweets.newest([user], 0, MAX_TWEET_ID, ALL) for user in USERS}
    pulled = stores.memory.outbox.counts()
    return (
        {user: stores.tweets.get_many(ids) for user, ids in there.items()},
        stores.tweets.newest_of_all(0, MAX_TWEET_ID, ALL),
        [stores.graph.following_before(user, MAX_TWEET_ID, ALL) for user in USERS],
        [stores.graph.followers_before(user, MAX_TWEET_ID, ALL) for user in USERS],
        [stores.tweets.published_under(user, str(number)) for user in USERS for number in range(20)],
        pulled.unpushed - pulled.waiting,
        stores.tweets.frontier(),
    )
