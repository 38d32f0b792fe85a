"""The load finds what a service does behind its back."""

import random
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.config import Settings
from app.container import build
from app.load import phases
from app.load.client import Address, Client
from app.load.errors import LoadError
from app.load.graph import read_graph
from tests.e2e.exchange import TIMELINE
from tests.e2e.perch_process import run_app
from tests.e2e.served import served

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

DIFFERENT_STATUS = 1
FIRST_PAGE = "limit=100"

Tamper = Callable[[FlaskClient, dict[str, Any]], object]


def delete(client: FlaskClient, tweet: dict[str, Any]) -> object:
    return client.delete(f"/v1/tweets/{tweet['id']}", headers={"X-User-Id": tweet["author_id"]})


def publish_another(client: FlaskClient, tweet: dict[str, Any]) -> object:
    return client.post("/v1/tweets", json={"text": "psst"}, headers={"X-User-Id": tweet["author_id"]})


class Tampered:
    """Perch, with something done to the newest tweet of the first timeline that is read."""

    def __init__(self, app: Flask, tamper: Tamper) -> None:
        self._app = app
        self._tamper = tamper
        self.followers_of_tampered: int | None = None

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        first_page = environ["PATH_INFO"] == TIMELINE and environ["QUERY_STRING"] == FIRST_PAGE
        if first_page and self.followers_of_tampered is None:
            self._tamper_with_timeline(environ["HTTP_X_USER_ID"])
        return self._app(environ, start_response)

    def _tamper_with_timeline(self, reader: str) -> None:
        client = self._app.test_client()
        newest = client.get(TIMELINE, headers={"X-User-Id": reader}).get_json()["data"][0]
        self._tamper(client, newest)
        author = client.get(f"/v1/users/{newest['author_id']}").get_json()
        self.followers_of_tampered = author["followers_count"]


@pytest.mark.parametrize(
    ("tamper", "finding"),
    [pytest.param(delete, ": 1 missing (", id="deleted"), pytest.param(publish_another, ": 1 extra (", id="added")],
)
def test_a_tweet_that_was_tampered_with_is_found_in_every_timeline_it_belongs_to(
    edges: Path, tamper: Tamper, finding: str
) -> None:
    with build(Settings()) as perch:
        tampered = Tampered(perch.app, tamper)
        with served(tampered) as url:
            outcome = run_app("load", "--url", url, "--graph", edges, "--sample", 0, "--connections", 1)

    lines = outcome.stdout.splitlines()
    assert outcome.returncode == DIFFERENT_STATUS, outcome.stderr
    assert tampered.followers_of_tampered
    assert lines[-1] == f"timelines compared: 5, {tampered.followers_of_tampered} timelines differ"
    assert sum(finding in line for line in lines) == tampered.followers_of_tampered


def test_a_timeline_that_never_ends_is_told(edges: Path) -> None:
    again = b'{"data": [{"id": "1", "author_id": "a", "text": "b"}], "meta": {"next_cursor": "again", "since_id": "1"}}'
    with build(Settings()) as perch, served(with_timelines(perch.app, "limit", again)) as url:
        outcome = run_app("load", "--url", url, "--graph", edges, "--sample", 0)

    assert outcome.returncode == DIFFERENT_STATUS, outcome.stderr
    assert "1 extra (1); 1 more than once (1)" in outcome.stdout


def test_a_tweet_that_no_poll_shows_is_told(edges: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phases, "VISIBLE_SECONDS", 0.1)
    nothing = b'{"data": [], "meta": {"next_cursor": null, "since_id": "1"}}'
    graph = read_graph(edges, "", undirected=False)
    with (
        build(Settings()) as perch,
        served(with_timelines(perch.app, "since_id", nothing)) as url,
        Client(Address.parse(url)) as client,
        pytest.raises(LoadError, match=r"Tweet \d+ by . did not show in .'s polls for 0 s."),
    ):
        phases.publish_and_poll(client, graph, ["hello"], random.Random(1))


def with_timelines(app: Flask, parameter: str, body: bytes) -> "WSGIApplication":
    """Perch, with this answer to every home timeline that is asked for with the query parameter."""

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["PATH_INFO"] != TIMELINE or f"{parameter}=" not in environ["QUERY_STRING"]:
            return app(environ, start_response)
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    return answer
