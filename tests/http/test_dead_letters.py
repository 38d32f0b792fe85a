"""Dead letters: deliveries that failed, their list and their redrive."""

import json
from typing import Any

import pytest

from app.compose import Perch
from infrastructure.memory.timelines import MemoryTimelines
from tests.built import built
from tests.fakes.clock import ManualClock
from tests.http.client import JSON, Client
from tests.http.problems import assert_problem
from tests.http.test_failures import failing
from tests.http.wire import InProcess

ADMIN = ("X-Admin-Token", "let me in")
LETTERS = "/v1/admin/dead-letters"
ATTEMPTS = 3
CAPACITY = 5
DUE_MS = 2500
ERROR = ConnectionError("the shelf fell over")


class Administrator:
    """A client with the admin token."""

    def __init__(self, perch: Perch) -> None:
        self._client = Client(InProcess(perch.app))

    def page(self, query: str = "") -> dict[str, Any]:
        answer = self._client.get(LETTERS + query, ADMIN)
        assert answer.status == 200, answer.body
        return answer.json()

    def ids(self) -> list[str]:
        return [letter["tweet_id"] for letter in self.page("?limit=100")["data"]]

    def redrive(self, document: object) -> int:
        body = json.dumps(document).encode()
        answer = self._client.send("POST", f"{LETTERS}/redrive", ADMIN, JSON, body=body)
        assert answer.status == 202, answer.body
        redriven: int = answer.json()["redriven"]
        return redriven


@pytest.fixture
def perch(clock: ManualClock) -> Perch:
    environment = {
        "ADMIN_TOKEN": ADMIN[1],
        "DELIVERY_MAX_ATTEMPTS": str(ATTEMPTS),
        "EVENT_QUEUE_CAPACITY": str(CAPACITY),
    }
    return built(environment, clock=clock)


@pytest.fixture
def admin(perch: Perch) -> Administrator:
    return Administrator(perch)


def push_all(perch: Perch) -> None:
    while perch.work.fan_out.step():
        pass


def dead_letters(perch: Perch, author: Client, count: int) -> list[str]:
    """Makes `count` dead letters and returns their ids, newest first."""
    Client(InProcess(perch.app), "reader").follow("alice")
    ids = [author.publish()["id"] for _ in range(count)]
    with failing(MemoryTimelines, "push", ERROR):
        push_all(perch)
    return ids[::-1]


def test_a_failed_delivery_is_listed_until_a_redrive_pushes_it(
    perch: Perch, admin: Administrator, alice: Client, bob: Client, clock: ManualClock
) -> None:
    bob.follow("alice")
    assert bob.page("/v1/users/me/timeline")["data"] == []
    tweet = alice.publish()
    clock.advance(1500)
    with failing(MemoryTimelines, "push", ERROR):
        push_all(perch)
    assert admin.page()["data"] == [
        {
            "tweet_id": tweet["id"],
            "author_id": "alice",
            "attempts": ATTEMPTS,
            "error": "ConnectionError: the shelf fell over",
            "failed_at": "2027-01-15T08:00:01.500Z",
        }
    ]
    assert bob.page("/v1/users/me/timeline")["data"] == [tweet]

    assert admin.redrive({"ids": [tweet["id"]]}) == 1
    assert admin.ids() == []
    assert perch.outbox.counts().waiting == 1
    push_all(perch)
    assert perch.outbox.counts().waiting == 0
    assert admin.ids() == []
    assert bob.page("/v1/users/me/timeline")["data"] == [tweet]


def test_a_redriven_delivery_may_fail_again(perch: Perch, admin: Administrator, alice: Client) -> None:
    ids = dead_letters(perch, alice, 1)
    assert admin.redrive({"all": True}) == 1
    with failing(MemoryTimelines, "push", LookupError("another reason")):
        push_all(perch)
    assert [(letter["tweet_id"], letter["attempts"], letter["error"]) for letter in admin.page()["data"]] == [
        (ids[0], ATTEMPTS, "LookupError: another reason")
    ]


def test_dead_letters_are_listed_newest_first(perch: Perch, admin: Administrator, alice: Client) -> None:
    ids = dead_letters(perch, alice, 5)
    seen, cursor = [], ""
    while True:
        page = admin.page(f"?limit=2{cursor}")
        seen.append([letter["tweet_id"] for letter in page["data"]])
        if page["meta"]["next_cursor"] is None:
            break
        cursor = f"&cursor={page['meta']['next_cursor']}"
    assert seen == [ids[:2], ids[2:4], ids[4:]]


def test_a_full_last_page_has_no_next_cursor(perch: Perch, admin: Administrator, alice: Client) -> None:
    ids = dead_letters(perch, alice, 4)
    first = admin.page("?limit=2")
    last = admin.page(f"?limit=2&cursor={first['meta']['next_cursor']}")
    assert [letter["tweet_id"] for letter in last["data"]] == ids[2:]
    assert last["meta"] == {"next_cursor": None}


def test_a_cursor_of_another_list_is_refused(perch: Perch, alice: Client) -> None:
    for _ in range(2):
        alice.publish()
    cursor = alice.page("/v1/users/alice/tweets?limit=1")["meta"]["next_cursor"]
    answer = Client(InProcess(perch.app)).get(f"{LETTERS}?cursor={cursor}", ADMIN)
    assert_problem(answer, 400, "malformed-cursor", {"parameter": "cursor"})


def test_a_redrive_by_ids_redrives_only_these_ids(perch: Perch, admin: Administrator, alice: Client) -> None:
    ids = dead_letters(perch, alice, 4)
    assert admin.redrive({"ids": [ids[1], ids[1], "1", ids[3]]}) == 2
    assert admin.ids() == [ids[0], ids[2]]


@pytest.mark.parametrize("everything", [True, False], ids=["all", "ids"])
def test_a_second_redrive_changes_nothing(perch: Perch, admin: Administrator, alice: Client, everything: bool) -> None:
    ids = dead_letters(perch, alice, 3)
    document = {"all": True} if everything else {"ids": ids}
    assert [admin.redrive(document), admin.redrive(document)] == [3, 0]
    assert perch.outbox.counts().waiting == 3
    push_all(perch)
    assert admin.ids() == []
    assert admin.redrive(document) == 0


def test_a_redrive_needs_no_room_in_the_queue(
    perch: Perch, admin: Administrator, alice: Client, clock: ManualClock
) -> None:
    dead_letters(perch, alice, CAPACITY)
    for _ in range(CAPACITY + 2):
        alice.publish()
    assert admin.redrive({"all": True}) == CAPACITY
    assert admin.ids() == []
    push_all(perch)
    assert perch.outbox.counts().waiting == 2, "the queue had no room for their hints"
    clock.advance(DUE_MS)
    push_all(perch)
    assert perch.outbox.counts().waiting == 0
    assert admin.ids() == []


def test_no_dead_letter_is_dropped(perch: Perch, admin: Administrator, alice: Client) -> None:
    ids = [each for _ in range(5) for each in dead_letters(perch, alice, CAPACITY)]
    assert sorted(admin.ids()) == sorted(ids)
    assert admin.redrive({"all": True}) == len(ids)
    push_all(perch)
    assert admin.ids() == []
