"""The limit of writes by one user."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.built import in_process
from tests.fakes.clock import ManualClock
from tests.http.cases import CALLER, ROUTES, Route
from tests.http.client import JSON, Client
from tests.http.problems import assert_problem
from tests.http.wire import Answer, InProcess

WRITES = 3
WINDOW_SECONDS = 60
HEADERS = ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"]
LIMITED = [route for route in ROUTES if route.method != "GET"]
FOLLOW = "/v1/users/me/following"
TOO_LARGE = b" " * 17 * 1024

REFUSALS: dict[str, tuple[int, Callable[[Client, str], Answer]]] = {
    "blank text": (422, lambda user, _: user.post("/v1/tweets", {"text": " "})),
    "an unknown parameter": (422, lambda user, _: user.delete("/v1/tweets/1?x=1")),
    "a self-follow": (422, lambda user, _: user.put(f"{FOLLOW}/{CALLER}")),
    "no user id": (422, lambda user, _: user.delete(f"{FOLLOW}/%20")),
    "a bad key": (422, lambda user, _: user.send("POST", "/v1/tweets", JSON, ("Idempotency-Key", ""), body=b"{}")),
    "no such tweet": (404, lambda user, _: user.delete("/v1/tweets/1")),
    "another's tweet": (403, lambda user, theirs: user.delete(f"/v1/tweets/{theirs}")),
    "another user's path": (403, lambda user, _: user.put("/v1/users/bob/following/carol")),
    "a broken body": (400, lambda user, _: user.send("POST", "/v1/tweets", JSON, body=b"{")),
    "a body of another kind": (415, lambda user, _: user.send("POST", "/v1/tweets", body=b"{}")),
    "too large a body": (413, lambda user, _: user.send("POST", "/v1/tweets", JSON, body=TOO_LARGE)),
}


@pytest.fixture
def service(clock: ManualClock) -> InProcess:
    return in_process({"RATE_LIMIT_WRITES": f"{WRITES}/minute"}, clock)


@pytest.fixture
def caller(service: InProcess) -> Client:
    return Client(service, CALLER)


def limits(answer: Answer) -> list[int]:
    """The limit, the remaining writes, and the seconds until the reset; each header must come once."""
    assert all(len(answer.headers.getlist(name)) == 1 for name in HEADERS), answer.headers
    return [int(answer.headers[name]) for name in HEADERS]


def assert_no_limits(answer: Answer) -> None:
    assert not [name for name in HEADERS if name in answer.headers]


def write(user: Client) -> Answer:
    return user.put(f"{FOLLOW}/bob")


def spend_all(user: Client) -> None:
    assert [write(user).status for _ in range(WRITES)] == [204] * WRITES


def assert_limited(answer: Answer, retry_after: int) -> None:
    assert_problem(answer, 429, "rate-limited")
    assert answer.headers["Retry-After"] == str(retry_after)
    assert limits(answer) == [WRITES, 0, retry_after]


def test_each_write_counts_down(caller: Client, clock: ManualClock) -> None:
    tweet = caller.post("/v1/tweets", {"text": "hello"})
    clock.advance(20_000)
    deletion = caller.delete(tweet.headers["Location"])
    clock.advance(20_500)
    unfollow = caller.delete(f"{FOLLOW}/bob")
    assert [limits(answer) for answer in (tweet, deletion, unfollow)] == [[3, 2, 60], [3, 1, 40], [3, 0, 20]]
    assert not [answer for answer in (tweet, deletion, unfollow) if "Retry-After" in answer.headers]
    assert_limited(caller.post("/v1/tweets", {"text": "hello"}), retry_after=20)


@pytest.mark.parametrize("route", LIMITED, ids=str)
def test_every_write_is_limited(service: InProcess, caller: Client, route: Route) -> None:
    tweet = caller.publish()
    caller.follow("bob")
    caller.follow("carol")
    target = route.target.replace("/tweets/1", f"/tweets/{tweet['id']}")
    before = caller.get("/v1/users/alice").body
    assert_limited(service.send(Route(route.method, target, body=route.body).request()), WINDOW_SECONDS)
    assert caller.get("/v1/users/alice").body == before


@pytest.mark.parametrize("route", [route for route in ROUTES if route not in LIMITED], ids=str)
def test_reads_have_no_limit(service: InProcess, caller: Client, route: Route) -> None:
    spend_all(caller)
    answer = service.send(route.request())
    assert answer.status != 429
    assert_no_limits(answer)


@pytest.mark.parametrize("route", LIMITED, ids=str)
def test_without_the_setting_there_is_no_limit(anyone: Client, route: Route) -> None:
    for _ in range(10):
        answer = anyone.send(route.method, route.target, JSON, ("X-User-Id", CALLER), body=route.body)
        assert answer.status in {201, 204, 404}
        assert_no_limits(answer)


@pytest.mark.parametrize(("status", "refused"), REFUSALS.values(), ids=REFUSALS)
def test_an_invalid_request_costs_nothing_and_is_refused_before_the_limit(
    service: InProcess, caller: Client, status: int, refused: Callable[[Client, str], Answer]
) -> None:
    theirs = Client(service, "bob").publish()["id"]
    for _ in range(WRITES + 1):
        answer = refused(caller, theirs)
        assert answer.status == status
        assert_no_limits(answer)
    spend_all(caller)
    answer = refused(caller, theirs)
    assert answer.status == status
    assert_no_limits(answer)


def test_each_user_has_a_separate_limit(service: InProcess, caller: Client) -> None:
    spend_all(caller)
    assert limits(write(Client(service, "carol"))) == [WRITES, WRITES - 1, WINDOW_SECONDS]


def test_the_limit_resets_after_the_window(caller: Client, clock: ManualClock) -> None:
    spend_all(caller)
    clock.advance(WINDOW_SECONDS * 1000 - 1)
    assert_limited(write(caller), retry_after=1)
    clock.advance(1)
    assert limits(write(caller)) == [WRITES, WRITES - 1, WINDOW_SECONDS]


def test_a_correction_of_the_wall_clock_changes_nothing(caller: Client, clock: ManualClock) -> None:
    spend_all(caller)
    clock.set_now(clock.now_ms() + 10 * WINDOW_SECONDS * 1000)
    assert_limited(write(caller), retry_after=WINDOW_SECONDS)


def test_a_replay_costs_nothing(caller: Client) -> None:
    key = ("Idempotency-Key", "once")
    answers = [caller.send("POST", "/v1/tweets", JSON, key, body=b'{"text":"hello"}') for _ in range(WRITES + 1)]
    assert {answer.status for answer in answers} == {201}
    first, *replays = answers
    assert limits(first) == [WRITES, WRITES - 1, WINDOW_SECONDS]
    for replay in replays:
        assert_no_limits(replay)
    assert limits(write(caller))[1] == WRITES - 2


def test_a_refused_write_does_not_use_its_key_up(caller: Client, clock: ManualClock) -> None:
    spend_all(caller)
    sent = [JSON, ("Idempotency-Key", "once")]
    assert_limited(caller.send("POST", "/v1/tweets", *sent, body=b'{"text":"hello"}'), WINDOW_SECONDS)
    clock.advance(WINDOW_SECONDS * 1000)
    answer = caller.send("POST", "/v1/tweets", *sent, body=b'{"text":"hello"}')
    assert answer.status == 201
    assert "Idempotency-Replayed" not in answer.headers


def test_threads_never_write_more_than_the_limit(clock: ManualClock) -> None:
    threads, writes = 20, 50
    caller = Client(in_process({"RATE_LIMIT_WRITES": f"{writes}/minute"}, clock), CALLER)
    together = Barrier(threads)

    def hurry(_: int) -> list[int]:
        together.wait()
        return [write(caller).status for _ in range(5)]

    with ThreadPoolExecutor(threads) as pool:
        statuses = [status for each in pool.map(hurry, range(threads)) for status in each]
    assert statuses.count(204) == writes
    assert statuses.count(429) == threads * 5 - writes
