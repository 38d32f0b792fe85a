"""Reads: over Flask in process against a bare view with the same bytes, and one kind of read against another."""

from collections.abc import Callable, Iterator
from typing import Any

from flask import Flask, Response
from werkzeug.test import EnvironBuilder

from app.config import Settings
from app.container import build
from benchmarks.ratio import Ratio, compare
from benchmarks.world import World

READER = "reader"


def read_ratios() -> Iterator[Ratio]:
    """All comparisons of reads."""
    yield from _over_flask()
    near = World(followees=40, tweets=10_000)
    far = World(followees=40, tweets=1_000_000)
    yield compare("page 1, 10^6 tweets stored", far.read, "the same, 10^4 stored", near.read, repeat=500)
    yield compare("page 39 (within the timeline)", near.read_page(39), "page 1", near.read, repeat=500)
    yield compare("page 100 (past the floor)", near.read_page(100), "page 1", near.read, repeat=200)
    yield compare("page 1", near.read, "oracle query", near.oracle_query, repeat=3)
    many = World(followees=300, tweets=300_000)
    yield compare("rebuild, 300 followees", many.rebuild, "page 1", many.read, repeat=20)
    pulled = World(followees=50, tweets=10_000, pulled=True)
    pushed = World(followees=50, tweets=10_000)
    yield compare("page 1, 50 authors pulled", pulled.read, "the same, pushed", pushed.read, repeat=200)


def _over_flask() -> Iterator[Ratio]:
    with build(Settings(secret_key="benchmark")) as perch:  # noqa: S106 - it guards nothing
        client = perch.app.test_client()
        for author in range(40):
            client.put(f"/v1/users/me/following/author-{author}", headers={"X-User-Id": READER})
        for number in range(400):
            identity = {"X-User-Id": f"author-{number % 40}"}
            client.post("/v1/tweets", json={"text": f"A tweet of a usual length, number {number}"}, headers=identity)
        if perch.worker is None or not perch.worker.join(60):
            raise RuntimeError("the tweets were not pushed within a minute")
        page = client.get("/v1/users/me/timeline", headers={"X-User-Id": READER}).data
        work = _call(perch.app)
        yield compare("home timeline, 20 tweets, in process", work, "bare Flask view", _call(_bare(page)), repeat=2000)


def _bare(page: bytes) -> Flask:
    app = Flask("bare", static_folder=None)

    @app.get("/v1/users/me/timeline")
    def view() -> Response:
        return Response(page, content_type="application/json")

    return app


def _call(app: Flask) -> Callable[[], object]:
    environment = EnvironBuilder("/v1/users/me/timeline", headers=[("X-User-Id", READER)]).get_environ()

    def start_response(_status: str, _headers: list[tuple[str, str]], _error: Any = None) -> Callable[[bytes], object]:  # noqa: ANN401
        return lambda _: None

    return lambda: b"".join(app(dict(environment), start_response))
