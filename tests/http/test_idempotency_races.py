"""A hundred concurrent requests with one idempotency key."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any, cast

import pytest

from app.compose.ports import Tweets
from tests.built import built, settings_of
from tests.http.cases import TEXT
from tests.http.client import Client
from tests.http.problems import assert_problem
from tests.http.test_idempotency import HEADER, assert_fresh, assert_replay, publish, tweets_count
from tests.http.wire import Answer, InProcess, OverSocket, Transport
from tests.serving import serving
from usecases.publish_tweet import Publication

AT_ONCE = 100


class TogetherTweets:
    """Holds each look-up of the key until all requests have looked, so that they all publish at once."""

    def __init__(self, tweets: Tweets) -> None:
        self._tweets = tweets
        self._together = Barrier(AT_ONCE)

    def published_under(self, author_id: str, key: str) -> Publication | None:
        found = self._tweets.published_under(author_id, key)
        self._together.wait(60)
        return found

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any method of the store
        return getattr(self._tweets, name)


@pytest.fixture(params=["in process", "over sockets"])
def racers(request: pytest.FixtureRequest) -> Iterator[list[Transport]]:
    """A transport to one application for each of the concurrent requests, which together are the one allowed write."""
    environment = {"THREADS": str(AT_ONCE), "MAX_IN_FLIGHT": str(AT_ONCE), "RATE_LIMIT_WRITES": "1/hour"}
    perch = built(environment, change=lambda each: replace(each, tweets=cast("Tweets", TogetherTweets(each.tweets))))
    if request.param == "in process":
        yield [InProcess(perch.app)] * AT_ONCE
        return
    with serving(perch, settings_of(environment)) as url:
        transports = [OverSocket(url) for _ in range(AT_ONCE)]
        yield list(transports)
        for transport in transports:
            transport.close()


def race(racers: list[Transport], bodies: Sequence[bytes]) -> list[Answer]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda racer, body: publish(Client(racer, "alice"), "key", body), racers, bodies))


def test_a_hundred_concurrent_requests_publish_one_tweet(racers: list[Transport]) -> None:
    answers = race(racers, [TEXT] * AT_ONCE)
    (first,) = [answer for answer in answers if "Idempotency-Replayed" not in answer.headers]
    assert_fresh(first)
    for answer in answers:
        if answer is not first:
            assert_replay(answer, first)
    assert tweets_count(Client(racers[0], "alice")) == 1


def test_concurrent_requests_replay_the_published_body_and_refuse_the_other(racers: list[Transport]) -> None:
    bodies = [TEXT, b'{"text":"another"}'] * (AT_ONCE // 2)
    answers = race(racers, bodies)
    (first,) = [answer for answer in answers if answer.status == 201 and "Idempotency-Replayed" not in answer.headers]
    published = bodies[answers.index(first)]
    for body, answer in zip(bodies, answers, strict=True):
        if body != published:
            assert_problem(answer, 422, "invalid-input", HEADER)
        elif answer is not first:
            assert_replay(answer, first)
    assert tweets_count(Client(racers[0], "alice")) == 1
