"""What stands in the file, and what comes out of it again."""

from pathlib import Path

import pytest

from domain.errors import Unavailable
from infrastructure.memory.idempotency_keys import KEPT_SECONDS
from infrastructure.sqlite.stores import SqliteStores
from tests.fakes.clock import ManualClock
from tests.fakes.databases import locked, opened, rows
from usecases.publish_tweet import NEVER_PULLED, IdempotencyKey, Publication

DAY_MS = int(KEPT_SECONDS * 1000)
ALL = 1 << 62


def publish(stores: SqliteStores, author: str, key: str = "") -> Publication:
    return stores.tweets.publish(author, "hello", pull_from=NEVER_PULLED, key=IdempotencyKey(key, "d") if key else None)


def test_the_file_says_what_memory_says(tmp_path: Path) -> None:
    path = tmp_path / "perch.db"
    with opened(path) as stores:
        kept, deleted = publish(stores, "ann").tweet, publish(stores, "ann", "key").tweet
        pulled = stores.tweets.publish("ben", "many follow him", pull_from=0, key=None).tweet
        stores.tweets.delete(deleted.id)
        for followee in ("ben", "cat"):
            stores.graph.follow("ann", followee)
        stores.graph.unfollow("ann", "ben")
        stores.graph.follow("ann", "ben")
        follows = [(follow_id, "ann", name) for follow_id, name in stores.graph.following_before("ann", ALL, ALL)]

        assert rows(path, "SELECT id, author_id, text, pulled FROM tweets ORDER BY id") == [
            (kept.id, "ann", "hello", 0),
            (pulled.id, "ben", "many follow him", 1),
        ]
        assert follows == [(3, "ann", "ben"), (2, "ann", "cat")]
        assert rows(path, "SELECT * FROM follows ORDER BY follow_id DESC") == follows
        assert rows(path, "SELECT user_id, key, digest, tweet_id, text FROM idempotency_keys") == [
            ("ann", "key", "d", deleted.id, "hello")
        ]


def test_nothing_changes_while_the_file_is_locked(tmp_path: Path) -> None:
    path = tmp_path / "perch.db"
    with opened(path) as stores:
        tweet = publish(stores, "ann").tweet
        stores.graph.follow("ann", "ben")
        with locked(path):
            with pytest.raises(Unavailable, match="locked"):
                publish(stores, "ann")
            with pytest.raises(Unavailable):
                stores.graph.unfollow("ann", "ben")
            assert not stores.journal.is_writable()
        assert (stores.tweets.count("ann"), stores.graph.following_count("ann")) == (1, 1)
        assert stores.tweets.frontier() == tweet.id


def test_ids_go_on_after_the_newest_were_deleted_and_the_clock_went_back(tmp_path: Path) -> None:
    path, clock = tmp_path / "perch.db", ManualClock()
    with opened(path, clock) as stores:
        last = publish(stores, "ann").tweet
        stores.tweets.delete(last.id)
        stores.graph.follow("ann", "ben")
        stores.graph.unfollow("ann", "ben")
    clock.set_back(DAY_MS)
    with opened(path, clock) as stores:
        assert stores.tweets.frontier() == last.id
        assert publish(stores, "ann").tweet.id > last.id
        stores.graph.follow("ann", "ben")
        assert stores.graph.following_before("ann", ALL, 1) == [(2, "ben")]


def test_a_loaded_key_shares_its_tweet(tmp_path: Path) -> None:
    path = tmp_path / "perch.db"
    with opened(path) as stores:
        tweet = publish(stores, "ann", "key").tweet
    with opened(path) as stores:
        replay = publish(stores, "ann", "key")
        assert replay == Publication(tweet, "d", replayed=True)
        assert replay.tweet is stores.tweets.get(tweet.id)


def test_keys_that_have_expired_leave_the_file_while_others_come(tmp_path: Path) -> None:
    path, clock = tmp_path / "perch.db", ManualClock()
    with opened(path, clock) as stores:
        for number in range(10):
            publish(stores, "ann", f"old {number}")
        clock.advance(DAY_MS)
        for number in range(10):
            publish(stores, "ann", f"new {number}")
        assert set(rows(path, "SELECT key FROM idempotency_keys")) == {(f"new {number}",) for number in range(10)}
        assert publish(stores, "ann", "new 0").replayed


def test_the_secret_key_is_made_once(tmp_path: Path) -> None:
    with opened(tmp_path / "perch.db") as stores:
        made = stores.secret_key
    with opened(tmp_path / "perch.db") as stores, opened(tmp_path / "other.db") as other:
        assert stores.secret_key == made != other.secret_key
        assert len(made) == 64
