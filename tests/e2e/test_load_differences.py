"""The load reports the differences that a faulty service causes."""

import random
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.test import Client

from cluster.exchange import TIMELINE
from cluster.perch_process import run_app
from load import phases
from load.client import Address
from load.client import Client as LoadClient
from load.errors import LoadError
from load.graph import read_graph
from load.plan import make_plan
from tests.built import served_behind

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

DIFFERENT_STATUS = 1
FIRST_PAGE = "limit=100"

Tamper = Callable[[Client, dict[str, Any]], object]


def delete(client: Client, tweet: dict[str, Any]) -> object:
    return client.delete(f"/v1/tweets/{tweet['id']}", headers={"X-User-Id": tweet["author_id"]})


def publish_another(client: Client, tweet: dict[str, Any]) -> object:
    return client.post("/v1/tweets", json={"text": "psst"}, headers={"X-User-Id": tweet["author_id"]})


class Tampered:
    """Perch that tampers with the newest tweet of the first timeline that is read."""

    def __init__(self, tamper: Tamper) -> None:
        self._tamper = tamper
        self.followers_of_tampered: int | None = None

    def around(self, app: "WSGIApplication") -> "WSGIApplication":
        self._app = app
        return self

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        first_page = environ["PATH_INFO"] == TIMELINE and environ["QUERY_STRING"] == FIRST_PAGE
        if first_page and self.followers_of_tampered is None:
            self._tamper_with_timeline(environ["HTTP_X_USER_ID"])
        return self._app(environ, start_response)

    def _tamper_with_timeline(self, reader: str) -> None:
        client = Client(self._app)
        newest = client.get(TIMELINE, headers={"X-User-Id": reader}).get_json()["data"][0]
        self._tamper(client, newest)
        author = client.get(f"/v1/users/{newest['author_id']}").get_json()
        self.followers_of_tampered = author["followers_count"]


@pytest.mark.parametrize(
    ("tamper", "finding"),
    [pytest.param(delete, ": 1 missing (", id="deleted"), pytest.param(publish_another, ": 1 extra (", id="added")],
)
def test_a_tampered_tweet_is_reported_in_every_timeline_it_belongs_to(
    edges: Path, tamper: Tamper, finding: str
) -> None:
    tampered = Tampered(tamper)
    with served_behind(tampered.around) as url:
        outcome = run_app("load", "--url", url, "--graph", edges, "--sample", 0, "--connections", 1)

    lines = outcome.stdout.splitlines()
    assert outcome.returncode == DIFFERENT_STATUS, outcome.stderr
    assert tampered.followers_of_tampered
    assert lines[-1] == f"timelines compared: 5, {tampered.followers_of_tampered} timelines differ"
    assert sum(finding in line for line in lines) == tampered.followers_of_tampered


def test_a_timeline_that_never_ends_is_reported(edges: Path) -> None:
    again = b'{"data": [{"id": "1", "author_id": "a", "text": "b"}], "meta": {"next_cursor": "again", "since_id": "1"}}'
    with served_behind(with_timelines("limit", again)) as url:
        outcome = run_app("load", "--url", url, "--graph", edges, "--sample", 0)

    assert outcome.returncode == DIFFERENT_STATUS, outcome.stderr
    assert "1 extra (1); 1 more than once (1)" in outcome.stdout


def test_a_tweet_that_no_poll_shows_is_reported(edges: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phases, "VISIBLE_SECONDS", 0.1)
    nothing = b'{"data": [], "meta": {"next_cursor": null, "since_id": "1"}}'
    plan = make_plan(read_graph(edges, "", undirected=False), ["hello"], 1, random.Random(1))
    with (
        served_behind(with_timelines("since_id", nothing)) as url,
        LoadClient(Address.parse(url)) as client,
        pytest.raises(LoadError, match=r"Tweet \d+ by . did not show in .'s polls for 0 s."),
    ):
        phases.publish_and_poll(client, plan.sample)


def with_timelines(parameter: str, body: bytes) -> "Callable[[WSGIApplication], WSGIApplication]":
    """A middleware that gives this answer to every read of a home timeline with the query parameter."""

    def around(app: "WSGIApplication") -> "WSGIApplication":
        def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
            if environ["PATH_INFO"] != TIMELINE or f"{parameter}=" not in environ["QUERY_STRING"]:
                return app(environ, start_response)
            start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
            return [body]

        return answer

    return around
