"""A cursor is valid for the list, the user and the kind of page that it was made for, and for nothing else."""

from collections.abc import Callable
from itertools import permutations

import pytest

from app.compose import build, open_adapters
from app.settings import Settings
from tests.built import KEY, in_process
from tests.http.client import Client
from tests.http.problems import assert_problem
from tests.http.wire import InProcess, Transport

LISTS = ("tweets", "followers", "following", "timeline")
USERS = ("alice", "bob")
ALL_LISTS = [(user, list_) for user in USERS for list_ in LISTS]
TIMELINE = "/v1/users/me/timeline"

SPOILED: dict[str, Callable[[str], str]] = {
    "cut at the end": lambda cursor: cursor[:-1],
    "cut by a group": lambda cursor: cursor[:-4],
    "cut at the start": lambda cursor: cursor[1:],
    "cut in half": lambda cursor: cursor[: len(cursor) // 2],
    "doubled": lambda cursor: cursor * 2,
    "longer by a group": lambda cursor: f"{cursor}AAAA",
    "padded": lambda cursor: f"{cursor}=",
    "with a space after": lambda cursor: f"{cursor}%20",
    "with a new line after": lambda cursor: f"{cursor}%0A",
    "with a NUL after": lambda cursor: f"{cursor}%00",
    "with a character that Base64 skips": lambda cursor: f"{cursor[:8]}!{cursor[8:]}",
    "in the other case": str.swapcase,
    "reversed": lambda cursor: cursor[::-1],
}


def befriend(transport: Transport) -> None:
    """Gives each list of alice and bob two items, so that it has a second page."""
    for user, other in (USERS, USERS[::-1]):
        client = Client(transport, user)
        client.follow(other)
        client.follow("carol")
        Client(transport, "carol").follow(user)
        for _ in range(2):
            client.publish()


def first_cursor(transport: Transport, user: str, list_: str, query: str = "") -> str:
    page = Client(transport, user).page(f"/v1/users/{user}/{list_}?limit=1{query}")
    return str(page["meta"]["next_cursor"])


@pytest.mark.parametrize(("made_for", "used_on"), list(permutations(ALL_LISTS, 2)), ids=lambda of: f"{of[0]}'s {of[1]}")
def test_a_cursor_is_bound_to_its_list_and_user(
    app: InProcess, made_for: tuple[str, str], used_on: tuple[str, str]
) -> None:
    befriend(app)
    user, list_ = used_on
    cursor = first_cursor(app, *made_for)
    answer = Client(app, user).get(f"/v1/users/{user}/{list_}?cursor={cursor}")
    assert_problem(answer, 400, "malformed-cursor", {"parameter": "cursor"})


@pytest.mark.parametrize("list_", LISTS)
@pytest.mark.parametrize("spoiled", SPOILED)
def test_a_spoiled_cursor_is_refused(transport: Transport, spoiled: str, list_: str) -> None:
    befriend(transport)
    cursor = SPOILED[spoiled](first_cursor(transport, "alice", list_))
    answer = Client(transport, "alice").get(f"/v1/users/alice/{list_}?cursor={cursor}")
    assert_problem(answer, 400, "malformed-cursor", {"parameter": "cursor"})


@pytest.mark.parametrize("list_", LISTS)
def test_a_cursor_returns_the_next_page(transport: Transport, list_: str) -> None:
    befriend(transport)
    cursor = first_cursor(transport, "alice", list_)
    assert len(Client(transport, "alice").page(f"/v1/users/alice/{list_}?limit=1&cursor={cursor}")["data"]) == 1


def test_a_cursor_is_valid_for_me_and_for_the_users_own_id(app: InProcess) -> None:
    befriend(app)
    alice = Client(app, "alice")
    cursor = alice.page(f"{TIMELINE}?limit=1")["meta"]["next_cursor"]
    assert alice.page(f"/v1/users/alice/timeline?cursor={cursor}") == alice.page(f"{TIMELINE}?cursor={cursor}")


@pytest.mark.parametrize(
    ("made_with", "used_with"),
    [
        ("", "&include_self=true"),
        ("&include_self=false", "&include_self=true"),
        ("&include_self=true", ""),
        ("&include_self=true", "&include_self=false"),
    ],
)
def test_a_cursor_with_another_include_self_is_refused(app: InProcess, made_with: str, used_with: str) -> None:
    befriend(app)
    alice = Client(app, "alice")
    cursor = first_cursor(app, "alice", "timeline", made_with)
    answer = alice.get(f"{TIMELINE}?cursor={cursor}{used_with}")
    assert_problem(answer, 422, "invalid-input", {"parameter": "include_self"})


@pytest.mark.parametrize("since_id", ["0", "1", str(2**63 - 1)])
def test_a_cursor_with_a_since_id_is_refused(app: InProcess, since_id: str) -> None:
    befriend(app)
    cursor = first_cursor(app, "alice", "timeline", "&since_id=0")
    answer = Client(app, "alice").get(f"{TIMELINE}?cursor={cursor}&since_id={since_id}")
    assert_problem(answer, 422, "invalid-input", {"parameter": "since_id"})


@pytest.mark.parametrize("list_", LISTS)
def test_a_cursor_outlives_a_restart_with_the_same_key(app: InProcess, list_: str) -> None:
    befriend(app)
    cursor = first_cursor(app, "alice", list_)
    assert Client(in_process(), "alice").get(f"/v1/users/alice/{list_}?cursor={cursor}").status == 200


@pytest.mark.parametrize("list_", LISTS)
@pytest.mark.parametrize("key", [{"SECRET_KEY": f"not {KEY}"}, {}], ids=["another key", "a key made at start"])
def test_a_cursor_is_refused_under_another_key(app: InProcess, list_: str, key: dict[str, str]) -> None:
    befriend(app)
    cursor = first_cursor(app, "alice", list_)
    settings = Settings.from_environment({"DATABASE_URL": "memory:", **key})
    restarted = InProcess(build(settings, open_adapters(settings), run_worker=False).app)
    answer = Client(restarted, "alice").get(f"/v1/users/alice/{list_}?cursor={cursor}")
    assert_problem(answer, 400, "malformed-cursor", {"parameter": "cursor"})
