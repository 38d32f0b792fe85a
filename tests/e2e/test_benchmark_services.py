"""The services that the benchmark starts: one with data, and yardsticks that give the same answer."""

import json
from collections.abc import Sequence
from typing import get_args

import pytest

from benchmarks.bare import Exchange
from benchmarks.closed_loop import requests_a_second
from benchmarks.load import milliseconds_at
from benchmarks.service import Kind, request, running_bare, running_granian, running_world
from benchmarks.worlds import READER

PATH = "/v1/users/me/timeline"
READ = request("GET", PATH, READER)
KINDS: Sequence[Kind] = get_args(Kind)


def test_a_filled_service_and_its_yardsticks_give_the_same_page() -> None:
    with running_world("reader") as perch:
        answer = perch.ask(READ)
        exchange = Exchange.of("GET", PATH, answer)
        assert len(json.loads(exchange.body)["data"]) == 20
        assert any(requests_a_second(perch.port, [READ], seconds=0.05) for _ in range(100))
        assert len(milliseconds_at(perch, [READ], rate=100, seconds=0.1)) == 10

    for kind in KINDS:
        with running_bare(kind, exchange) as bare:
            bare_answer = Exchange.of("GET", PATH, bare.ask(READ))
        assert (bare_answer.status, bare_answer.body) == (exchange.status, exchange.body)
        assert sorted(bare_answer.headers) == sorted(exchange.headers)


def test_granian_serves_perch() -> None:
    with running_granian() as granian:
        assert granian.ask(request("GET", "/livez", "")).startswith(b"HTTP/1.1 200 ")


def test_refused_requests_give_no_rate() -> None:
    with running_world("reader") as perch, pytest.raises(RuntimeError, match="404"):
        requests_a_second(perch.port, [request("GET", "/nowhere", READER)], seconds=20)
