"""Writes through several processes: idempotency keys hold for all of them, a write limit for each."""

import json
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection, HTTPMessage

from cluster.perch_process import PerchProcess
from tests.contracts.racing import race
from tests.engines.fleet import StartFleet
from tests.fakes.log import json_lines
from tests.integration.effort import LONG

ROUNDS = 300 if LONG else 15
AT_ONCE = 3
"""Requests with the same key to each process."""

BODY = b'{"text": "once"}'
JSON = {"Content-Type": "application/json"}

Answer = tuple[int, HTTPMessage, bytes]


def publish(perch: PerchProcess, user: str, **headers: str) -> Answer:
    with closing(perch.connect()) as connection:
        return publish_over(connection, user, {name.replace("_", "-"): value for name, value in headers.items()})


def publish_over(connection: HTTPConnection, user: str, headers: dict[str, str]) -> Answer:
    connection.request("POST", "/v1/tweets", BODY, JSON | {"X-User-Id": user} | headers)
    response = connection.getresponse()
    return response.status, response.headers, response.read()


def test_a_key_sent_to_both_at_once_makes_one_tweet(start_fleet: StartFleet) -> None:
    fleet = start_fleet(serve=2)

    def send(perch: PerchProcess, key: str) -> Callable[[], Answer]:
        return lambda: publish(perch, "ann", Idempotency_Key=key)

    made = set()
    for number in range(ROUNDS):
        answers = race(*(send(perch, f"key {number}") for perch in fleet.serves for _ in range(AT_ONCE)))
        assert {status for status, _, _ in answers} == {201}
        assert len({(body, headers["Location"]) for _, headers, body in answers}) == 1
        fresh = [headers for _, headers, _ in answers if headers["Idempotency-Replayed"] is None]
        assert len(fresh) == 1
        made.add(json.loads(answers[0][2])["id"])

    assert len(made) == ROUNDS
    for perch in fleet.serves:
        assert json.loads(perch.call("GET", "/v1/users/ann")[1])["tweets_count"] == ROUNDS
        status, _, problem = publish(perch, "ann", Idempotency_Key="key 0")
        assert (status, json.loads(problem)["text"]) == (201, "once")


def test_each_process_counts_the_writes_of_its_own(start_fleet: StartFleet) -> None:
    fleet = start_fleet(serve=2, RATE_LIMIT_WRITES="2/day")
    for perch in fleet.serves:
        assert [publish(perch, "ann")[0] for _ in range(3)] == [201, 201, 429]
        assert "write_limit_counts_in_each_process" in {line["event"] for line in json_lines(perch.log())}
