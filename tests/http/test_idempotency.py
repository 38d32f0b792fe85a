"""Publishing with an idempotency key."""

import pytest

from infrastructure.memory.tweets import MemoryTweets
from tests.built import in_process
from tests.fakes.clock import ManualClock
from tests.http.cases import TEXT
from tests.http.client import JSON, Client
from tests.http.problems import Where, assert_problem
from tests.http.wire import Answer, InProcess, Transport

CAPACITY = 3
DAY_MS = 24 * 3_600_000
HEADER: Where = {"header": "Idempotency-Key"}
GOOD_KEYS = ["1", "a" * 255, "!", "~", "a b", '"quoted"', "a, b", "8b1f4c1e-6f3b-4a43-9b0e-3d0f6a1c2b7d"]
BAD_KEYS = ["", " ", "a" * 256, "\xe9", "k\xe9y", "a\tb", "a\x7f", "\xa0", "a\x85"]
OWN_HEADERS = ("date", "x-request-id", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
"""Headers of a request's own; a replay is no write, and has none about writes."""

REFUSED = {
    "blank text": (422, b'{"text":" "}'),
    "no text": (422, b"{}"),
    "long text": (422, b'{"text":"%b"}' % (b"a" * 281)),
    "a broken body": (400, b"{"),
}


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
    """The answer equals the first one, apart from the headers of its own request."""
    assert (answer.status, answer.body) == (201, first.body)
    headers = [(name, value) for name, value in answer.headers if name.lower() not in OWN_HEADERS]
    headers.remove(("Idempotency-Replayed", "true"))
    assert headers == [(name, value) for name, value in first.headers if name.lower() not in OWN_HEADERS]


def test_a_replay_returns_the_first_answer(author: Client, clock: ManualClock) -> None:
    first = publish(author, "key")
    assert_fresh(first)
    clock.advance(60_000)
    assert_replay(publish(author, "key"), first)
    assert_replay(publish(author, "key", b'{ "text" : "h\\u0065llo" }'), first)
    assert tweets_count(author) == 1


def test_a_replay_returns_the_same_tweet_after_a_delete(author: Client) -> None:
    first = publish(author, "key")
    assert author.delete(first.headers["Location"]).status == 204
    assert_replay(publish(author, "key"), first)
    assert author.get(first.headers["Location"]).status == 404
    assert tweets_count(author) == 0


def test_another_body_under_the_same_key_is_refused(author: Client) -> None:
    first = publish(author, "key")
    assert_problem(publish(author, "key", b'{"text":"another"}'), 422, "invalid-input", HEADER)
    assert_replay(publish(author, "key"), first)
    assert tweets_count(author) == 1


def test_each_user_has_separate_keys(service: InProcess, author: Client) -> None:
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
def test_a_key_of_printable_characters_is_accepted(transport: Transport, key: str) -> None:
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


def test_a_key_is_kept_for_a_day_of_the_monotonic_clock(author: Client, clock: ManualClock) -> None:
    first = publish(author, "key")
    clock.set_now(clock.now_ms() + 2 * DAY_MS)
    clock.advance(DAY_MS - 1)
    assert_replay(publish(author, "key"), first)
    clock.advance(1)
    second = publish(author, "key", b'{"text":"another"}')
    assert_fresh(second)
    assert_replay(publish(author, "key", b'{"text":"another"}'), second)


def test_the_oldest_keys_are_dropped_first(author: Client) -> None:
    firsts = [publish(author, f"key {number}") for number in range(CAPACITY)]
    assert_replay(publish(author, "key 0"), firsts[0])
    assert_fresh(publish(author, "one more"))
    for number in range(1, CAPACITY):
        assert_replay(publish(author, f"key {number}"), firsts[number])
    assert_fresh(publish(author, "key 0"))
