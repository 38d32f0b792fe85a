"""Libraries for server-sent events listen to streams through gateways."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cluster.perch_process import PerchProcess
from tests.e2e.conftest import StartPerch
from tests.e2e.gateway import Express, Gateway, GatewayProcess, basic
from tests.e2e.stream_client import OPEN, StreamClient, eventsource, httpx, sseclient

TEXTS = [
    "plain",
    "two\nlines",
    "separators \x0b\x0c\x1c\x85\u2028\u2029 of lines",
    "🐦",
    "data: not the field\n\nid: 0",
]

Event = tuple[str, dict[str, str]]
Way = tuple[GatewayProcess, dict[str, str]]
"""A gateway, and the headers that say to it that Bob is calling."""


@pytest.fixture
def perch(start_perch: StartPerch) -> PerchProcess:
    perch = start_perch()
    assert perch.call("PUT", "/v1/users/me/following/alice", "bob")[0] == 204
    return perch


def through_nginx(perch: PerchProcess, folder: Path) -> Way:
    return Gateway(folder, perch.port, "bob"), basic("bob")


def through_express(perch: PerchProcess, folder: Path) -> Way:
    return Express(folder, perch.url), {"X-User-Id": "bob"}


def publish(perch: PerchProcess, text: str) -> Event:
    """Alice publishes; returns the event that her followers get."""
    status, body = perch.call("POST", "/v1/tweets", "alice", json.dumps({"text": text}).encode())
    assert status == 201
    return "tweet", json.loads(body)


def next_event(client: StreamClient) -> Event:
    name, data = client.next()
    return name, json.loads(data)


@pytest.mark.parametrize("way", [through_nginx, through_express], ids=lambda way: way.__name__)
@pytest.mark.parametrize("library", [eventsource, sseclient, httpx], ids=lambda library: library.__name__)
def test_a_client_gets_each_event_once_in_order_across_a_reconnect(
    library: Callable[[], list[str | Path]],
    way: Callable[[PerchProcess, Path], Way],
    perch: PerchProcess,
    tmp_path: Path,
) -> None:
    gateway, headers = way(perch, tmp_path)
    with gateway, StreamClient(library(), gateway.port, headers, tmp_path / "client.log") as client:
        assert client.next() == OPEN
        sent = [publish(perch, text) for text in TEXTS]
        assert [next_event(client) for _ in sent] == sent
        gateway.stop()
        sent = [publish(perch, text) for text in TEXTS]
        gateway.start()
        assert client.next() == OPEN
        assert [next_event(client) for _ in sent] == sent
        tweet_id = sent[0][1]["id"]
        assert perch.call("DELETE", f"/v1/tweets/{tweet_id}", "alice")[0] == 204
        assert next_event(client) == ("delete", {"id": tweet_id})
        assert publish(perch, "the last") == next_event(client)
