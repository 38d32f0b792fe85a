"""What every store of idempotency keys does."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from app.testing import ManualClock
from domain.tweet import Tweet
from infrastructure.memory.idempotency_keys import MemoryIdempotencyKeys
from usecases.publish_tweet_once import IdempotencyKeys, KeptAnswer

CAPACITY = 100
DAY_MS = 24 * 3_600_000
THREADS = 16

MakeKeys = Callable[[ManualClock], IdempotencyKeys]


def in_memory(clock: ManualClock) -> IdempotencyKeys:
    return MemoryIdempotencyKeys(CAPACITY, clock.monotonic)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(params=[in_memory])
def keys(request: pytest.FixtureRequest, clock: ManualClock) -> IdempotencyKeys:
    """An empty store, of every kind."""
    make: MakeKeys = request.param
    return make(clock)


def answer(text: str = "hello", tweet_id: int = 1) -> KeptAnswer:
    return KeptAnswer(text, Tweet(tweet_id, "alice", text))


def use(keys: IdempotencyKeys, key: str, user_id: str = "alice") -> None:
    """Reserves a fresh key and keeps an answer for it."""
    assert keys.reserve(user_id, key, "hello") is None
    keys.keep(user_id, key, answer())


def test_a_key_is_free_once(keys: IdempotencyKeys) -> None:
    assert keys.reserve("alice", "key", "hello") is None
    assert keys.reserve("alice", "key", "hello") == KeptAnswer("hello", None)
    assert keys.reserve("alice", "key", "another") == KeptAnswer("hello", None)


def test_an_answer_is_kept(keys: IdempotencyKeys) -> None:
    use(keys, "key")
    assert keys.reserve("alice", "key", "another") == answer()
    assert keys.reserve("alice", "key", "hello") == answer()


def test_a_released_key_is_free(keys: IdempotencyKeys) -> None:
    keys.reserve("alice", "key", "hello")
    keys.release("alice", "key")
    assert keys.reserve("alice", "key", "another") is None
    assert keys.reserve("alice", "key", "hello") == KeptAnswer("another", None)


def test_users_do_not_share_keys(keys: IdempotencyKeys) -> None:
    use(keys, "key")
    assert keys.reserve("bob", "key", "hello") is None
    keys.release("bob", "key")
    assert keys.reserve("alice", "key", "hello") == answer()


def test_user_and_key_do_not_run_together(keys: IdempotencyKeys) -> None:
    use(keys, "b:c", user_id="a")
    assert keys.reserve("a:b", "c", "hello") is None
    assert keys.reserve("a", "b:c ", "hello") is None


def test_a_key_is_free_again_after_a_day(keys: IdempotencyKeys, clock: ManualClock) -> None:
    keys.reserve("alice", "key", "hello")
    clock.advance(1000)
    keys.keep("alice", "key", answer())
    clock.set_back(DAY_MS)
    clock.advance(DAY_MS - 1001)
    assert keys.reserve("alice", "key", "hello") == answer()
    clock.advance(1001)
    assert keys.reserve("alice", "key", "hello") is None


def test_a_repeat_does_not_keep_it_longer(keys: IdempotencyKeys, clock: ManualClock) -> None:
    use(keys, "key")
    for _ in range(4):
        clock.advance(DAY_MS // 4)
        last = keys.reserve("alice", "key", "hello")
    assert last is None


def test_the_oldest_go_when_there_are_too_many(keys: IdempotencyKeys) -> None:
    for number in range(CAPACITY):
        use(keys, f"key {number}")
    assert keys.reserve("alice", "key 0", "hello") == answer()
    use(keys, "one more")
    assert keys.reserve("alice", "key 1", "hello") == answer()
    assert keys.reserve("alice", "key 0", "hello") is None


def test_an_answer_that_comes_too_late_changes_nothing(keys: IdempotencyKeys) -> None:
    keys.reserve("alice", "first", "hello")
    for number in range(CAPACITY):
        use(keys, f"key {number}")
    keys.keep("alice", "first", answer())
    assert keys.reserve("alice", "first", "hello") is None


def test_of_many_at_once_one_gets_the_key(keys: IdempotencyKeys) -> None:
    together = Barrier(THREADS)

    def reserve(_: int) -> list[KeptAnswer | None]:
        together.wait()
        return [keys.reserve("alice", f"key {number}", "hello") for number in range(50)]

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(reserve, range(THREADS)))
    for same_key in zip(*answers, strict=True):
        assert same_key.count(None) == 1
