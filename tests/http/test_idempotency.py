"""Publishing under a key, at most once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Semaphore

import pytest

from app.testing import ManualClock
from infrastructure.memory.tweets import MemoryTweets
from tests.http.built import in_process
from tests.http.client import JSON, Client
from tests.http.problems import Where, assert_problem
from tests.http.wire import Answer, InProcess, Transport

CAPACITY = 3
DAY_MS = 24 * 3_600_000
TEXT = b'{"text":"hello"}'
HEADER: Where = {"header": "Idempotency-Key"}
GOOD_KEYS = ["1", "a" * 255, "!", "~", "a b", '"quoted"', "a, b", "8b1f4c1e-6f3b-4a43-9b0e-3d0f6a1c2b7d"]
BAD_KEYS = ["", " ", "a" * 256, "\xe9", "k\xe9y", "a\tb", "a\x7f", "\xa0", "a\x85"]
REFUSED = {
    "blank text": (422, b'{"text":" "}'),
    "no text": (422, b"{}"),
    "long text": (422, b'{"text":"%b"}' % (b"a" * 281)),
    "a broken body": (400, b"{"),
}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def service(clock: ManualClock) -> InProcess:
    return in_process({"IDEMPOTENCY_CAPACITY": str(CAPACITY)}, clock)


@pytest.fixture
def author(service: InProcess) -> Client:
    return Client(service, "alice")


def publish(user: Client, key: str, body: bytes = TEXT) -> Answer:
    return user.send("POST", "/v1/tweets", JSON, ("Idempotency-Key", key), body=body)


def tweets_count(user: Client) -> int:
    count: int = user.get("/v1/users/alice").json()["tweets_count"]
    return count


def assert_fresh(answer: Answer) -> None:
    assert answer.status == 201, answer.body
    assert "Idempotency-Replayed" not in answer.headers


def assert_replay(answer: Answer, first: Answer) -> None:
    assert (answer.status, answer.body) == (201, first.body)
    for name in ("Location", "Content-Type"):
        assert answer.headers[name] == first.headers[name]
    assert answer.headers.getlist("Idempotency-Replayed") == ["true"]


def test_a_repeat_gets_the_first_answer(author: Client, clock: ManualClock) -> None:
    first = publish(author, "key")
    assert_fresh(first)
    clock.advance(60_000)
    assert_replay(publish(author, "key"), first)
    assert_replay(publish(author, "key", b'{ "text" : "h\\u0065llo" }'), first)
    assert tweets_count(author) == 1


def test_a_repeat_gets_it_after_the_tweet_is_deleted_too(author: Client) -> None:
    first = publish(author, "key")
    assert author.delete(first.headers["Location"]).status == 204
    assert_replay(publish(author, "key"), first)
    assert author.get(first.headers["Location"]).status == 404
    assert tweets_count(author) == 0


def test_another_body_is_refused(author: Client) -> None:
    first = publish(author, "key")
    assert_problem(publish(author, "key", b'{"text":"another"}'), 422, "invalid-input", HEADER)
    assert_replay(publish(author, "key"), first)
    assert tweets_count(author) == 1


def test_each_user_and_each_key_is_on_its_own(service: InProcess, author: Client) -> None:
    assert_fresh(publish(author, "key"))
    assert_fresh(publish(author, "KEY"))
    assert_fresh(publish(Client(service, "bob"), "key", b'{"text":"another"}'))
    assert_fresh(author.post("/v1/tweets", {"text": "hello"}))


@pytest.mark.parametrize(("status", "body"), REFUSED.values(), ids=REFUSED)
def test_a_refused_request_does_not_use_the_key_up(author: Client, status: int, body: bytes) -> None:
    assert publish(author, "key", body).status == status
    first = publish(author, "key")
    assert_fresh(first)
    assert_replay(publish(author, "key"), first)


def test_a_failed_publication_does_not_use_the_key_up(author: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(MemoryTweets, "publish", None)
        assert publish(author, "key").status == 500
    assert_fresh(publish(author, "key"))


@pytest.mark.parametrize("key", GOOD_KEYS)
def test_a_key_is_printable(transport: Transport, key: str) -> None:
    user = Client(transport, "printer")
    assert publish(user, key).status == 201
    assert publish(user, key).headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("key", BAD_KEYS, ids=ascii)
def test_a_bad_key_is_refused(author: Client, key: str) -> None:
    assert_problem(publish(author, key), 422, "invalid-input", HEADER)
    assert tweets_count(author) == 0


@pytest.mark.parametrize("key", ["", "a" * 256, "\xe9"], ids=ascii)
def test_a_bad_key_is_refused_over_a_socket(over_socket: Transport, key: str) -> None:
    assert_problem(publish(Client(over_socket, "alice"), key), 422, "invalid-input", HEADER)


def test_a_key_is_kept_for_a_day_by_the_clock(author: Client, clock: ManualClock) -> None:
    first = publish(author, "key")
    clock.set_now(clock.now_ms() + 2 * DAY_MS)
    clock.advance(DAY_MS - 1)
    assert_replay(publish(author, "key"), first)
    clock.advance(1)
    second = publish(author, "key", b'{"text":"another"}')
    assert_fresh(second)
    assert_replay(publish(author, "key", b'{"text":"another"}'), second)


def test_the_oldest_keys_go_first(author: Client) -> None:
    firsts = [publish(author, f"key {number}") for number in range(CAPACITY)]
    assert_replay(publish(author, "key 0"), firsts[0])
    assert_fresh(publish(author, "one more"))
    for number in range(1, CAPACITY):
        assert_replay(publish(author, f"key {number}"), firsts[number])
    assert_fresh(publish(author, "key 0"))


class SlowTweets:
    """Lets every publication wait at the store until it is told to go on."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.arrived = Semaphore(0)
        self.may_go_on = Event()
        original = MemoryTweets.publish

        def publish(store: MemoryTweets, author_id: str, text: str, *, pulled: bool) -> object:
            self.arrived.release()
            assert self.may_go_on.wait(60)
            return original(store, author_id, text, pulled=pulled)

        patch.setattr(MemoryTweets, "publish", publish)


def assert_in_flight(answer: Answer) -> None:
    assert_problem(answer, 409, "idempotency-key-in-flight", HEADER)
    assert int(answer.headers["Retry-After"]) >= 1


def test_while_the_first_is_in_flight_the_others_are_told(author: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    store = SlowTweets(monkeypatch)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(publish, author, "key")
        try:
            assert store.arrived.acquire(timeout=60)
            assert_in_flight(publish(author, "key"))
            assert_problem(publish(author, "key", b'{"text":"another"}'), 422, "invalid-input", HEADER)
        finally:
            store.may_go_on.set()
        assert_fresh(first.result())
        assert_replay(publish(author, "key"), first.result())


def test_a_hundred_at_once_make_one_tweet(author: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    threads = 100
    store = SlowTweets(monkeypatch)
    together = Barrier(threads)
    told = Semaphore(0)

    def hurry(_: int) -> Answer:
        together.wait()
        answer = publish(author, "key")
        told.release()
        return answer

    with ThreadPoolExecutor(threads) as pool:
        running = [pool.submit(hurry, number) for number in range(threads)]
        try:
            # Half of them meet the first one in flight; the rest may come before or after its answer.
            assert all(told.acquire(timeout=60) for _ in range(threads // 2))
        finally:
            store.may_go_on.set()
        answers = [each.result() for each in running]

    (first,) = [answer for answer in answers if answer.status == 201 and "Idempotency-Replayed" not in answer.headers]
    others = [answer for answer in answers if answer is not first]
    for answer in others:
        if answer.status == 409:
            assert_in_flight(answer)
        else:
            assert_replay(answer, first)
    assert len([answer for answer in others if answer.status == 409]) >= threads // 2
    assert tweets_count(author) == 1
