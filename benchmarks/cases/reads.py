"""Reads in process: a page of the whole application against a bare Flask view, and reads against each other."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from flask import Flask
from werkzeug.test import EnvironBuilder

from benchmarks.bare import Exchange, flask_app
from benchmarks.figure import Figure, Row, at_most, plain, ratio
from benchmarks.parts import Parts, build_parts
from benchmarks.turns import ROUNDS, Work, compare, in_turns
from benchmarks.worlds import READER, fill_reader
from domain.tweet import Tweet
from usecases.home_timeline.read import ReadHomeTimelineRequest

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

LIMIT = 20
PATH = "/v1/users/me/timeline"
PAGE_1 = "page 1"
STORED = (10_000, 100_000, 1_000_000)


def measure() -> Iterator[Row]:
    """Yields all figures."""
    yield from whole_application()
    yield from stored_tweets()
    yield from deep_pages()
    yield from rebuild()
    yield from pulled()


def whole_application(rounds: int = ROUNDS) -> Iterator[Figure]:
    """Yields Perch's CPU time for a page, from the WSGI call to the last byte, against Flask's for the same bytes."""
    parts = build_parts()
    fill_reader(parts)
    parts.perch.start()
    perch = parts.perch.app
    bare = flask_app(Exchange.of("GET", PATH, _answer(perch)))
    yield compare(
        "home timeline, the whole application: CPU",
        _call(perch),
        "bare Flask view",
        _call(bare),
        repeat=2000,
        rounds=rounds,
        bound=at_most(0.8),
    )
    parts.perch.stop(1)


def stored_tweets(numbers: Sequence[int] = STORED, rounds: int = ROUNDS) -> Iterator[Figure]:
    """Yields the time of the same page with more and more stored tweets, and the time of the oracle query.

    `points` contain the microseconds by number of tweets.
    """
    worlds = [build_parts() for _ in numbers]
    stored = [fill_reader(world, tweets=number) for world, number in zip(worlds, numbers, strict=True)]
    works = [*(read(world) for world in worlds), oracle_query(stored[0])]
    *by_number, oracle = in_turns(works, repeat=100, rounds=rounds)
    fewest, *more = zip(numbers, by_number, strict=True)
    for number, times in more:
        bound = at_most(1.2) if number == STORED[-1] else None
        yield ratio(f"page 1, {number:,} tweets stored", times, f"{fewest[0]:,} stored", fewest[1], "µs", bound)
    figure = ratio(f"page 1, {fewest[0]:,} tweets stored", fewest[1], "oracle query", oracle, "µs")
    yield replace(figure, points={str(number): times for number, times in zip(numbers, by_number, strict=True)})


def deep_pages(rounds: int = ROUNDS) -> Iterator[Figure]:
    """Yields the time of pages at the end of the timeline and below its floor."""
    parts = _world(tweets=10_000)
    for name, page in (("page 40", 40), ("page 100, below the floor", 100)):
        yield compare(name, read(parts, page), PAGE_1, read(parts), repeat=200, rounds=rounds)


def rebuild(rounds: int = ROUNDS) -> Iterator[Figure]:
    """Yields the time to rebuild a discarded timeline of a user with 300 followees."""
    parts = _world(followees=300, tweets=300_000)

    def prepare_again() -> None:
        parts.adapters.timelines.discard(READER)
        parts.perch.use_cases.prepare.execute(READER)

    rebuilds, reads = in_turns([prepare_again, read(parts)], repeat=20, rounds=rounds)
    yield ratio("rebuild, 300 followees", rebuilds, PAGE_1, reads, "µs")
    yield plain("rebuild, 300 followees", [us / 1000 for us in rebuilds], "ms", at_most(50), PAGE_1)


def pulled(rounds: int = ROUNDS) -> Iterator[Figure]:
    """Yields the time of a page for a user who follows 50 authors whose tweets are never pushed."""
    pulls, pushes = (_world(followees=50, tweets=10_000, pulled=pulled) for pulled in (True, False))
    pulled_us, pushed_us = in_turns([read(pulls), read(pushes)], repeat=200, rounds=rounds)
    yield ratio("page 1, 50 authors pulled", pulled_us, "50 authors pushed", pushed_us, "µs")
    more = [(one - other) / 1000 for one, other in zip(pulled_us, pushed_us, strict=True)]
    yield plain("page 1, 50 authors pulled: extra time", more, "ms", at_most(1), "50 authors pushed")


def read(parts: Parts, number: int = 1) -> Work:
    """Returns work that reads page `number`, without HTTP."""
    request = ReadHomeTimelineRequest(READER, LIMIT)
    for _ in range(number - 1):
        request = ReadHomeTimelineRequest(READER, LIMIT, walk=parts.perch.use_cases.read.execute(request).next)
    return lambda: parts.perch.use_cases.read.execute(request)


def oracle_query(tweets: Sequence[Tweet]) -> Work:
    """Returns work that computes page 1 by definition: the newest of all tweets of the followees."""
    followees = {tweet.author_id for tweet in tweets}

    def query() -> list[Tweet]:
        theirs = [tweet for tweet in tweets if tweet.author_id in followees]
        return sorted(theirs, key=attrgetter("id"), reverse=True)[:LIMIT]

    return query


def _world(*, followees: int = 40, tweets: int, pulled: bool = False) -> Parts:
    parts = build_parts()
    fill_reader(parts, followees, tweets, pulled=pulled)
    return parts


def _environment() -> "WSGIEnvironment":
    return EnvironBuilder(PATH, headers=[("X-User-Id", READER)]).get_environ()


def _call(app: Flask) -> Work:
    environment = _environment()

    def start_response(_status: str, _headers: list[tuple[str, str]], _error: Any = None) -> Callable[[bytes], object]:  # noqa: ANN401
        return lambda _: None

    return lambda: b"".join(app(dict(environment), start_response))


def _answer(app: Flask) -> bytes:
    """Returns the answer as a server would send it."""
    head: list[str] = []

    def start_response(status: str, headers: list[tuple[str, str]], _error: Any = None) -> Callable[[bytes], object]:  # noqa: ANN401
        head.extend([f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)])
        return lambda _: None

    body = b"".join(app(_environment(), start_response))
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body
