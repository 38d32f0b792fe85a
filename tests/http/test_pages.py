"""Pages of every list: their sizes, their order, and changes between them."""

from collections.abc import Callable, Sequence

import pytest

from tests.http.cases import LISTS
from tests.http.client import Client
from tests.http.conftest import SignIn
from tests.http.walking import walk

TIMELINE = "/v1/users/me/timeline"

Fill = Callable[[str, int], Sequence[str]]


@pytest.fixture
def fill(sign_in: SignIn) -> Fill:
    """Adds `count` items to a list of alice, and returns their ids in the order of the list."""

    def filled(list_: str, count: int) -> Sequence[str]:
        return [add(sign_in, list_, number) for number in range(count)][::-1]

    return filled


def add(sign_in: SignIn, list_: str, number: int) -> str:
    alice = sign_in("alice")
    user_id = f"user{number}"
    match list_.rpartition("/")[2]:
        case "tweets":
            return str(alice.publish()["id"])
        case "followers":
            sign_in(user_id).follow("alice")
        case "following":
            alice.follow(user_id)
        case "timeline":
            alice.follow("bob")
            return str(sign_in("bob").publish()["id"])
    return user_id


def ids(page: dict[str, list[dict[str, str]]]) -> list[str]:
    return [item["id"] for item in page["data"]]


@pytest.mark.parametrize("list_", LISTS)
@pytest.mark.parametrize(
    ("query", "sizes"),
    [
        ("", [20, 5]),
        ("?limit=20", [20, 5]),
        ("?limit=1", [1] * 25),
        ("?limit=8", [8, 8, 8, 1]),
        ("?limit=24", [24, 1]),
        ("?limit=25", [25]),
        ("?limit=26", [25]),
        ("?limit=100", [25]),
    ],
)
def test_pages_follow_each_other_to_the_last(
    alice: Client, fill: Fill, list_: str, query: str, sizes: list[int]
) -> None:
    expected = fill(list_, 25)
    pages = list(walk(alice, list_ + query))
    assert [len(page["data"]) for page in pages] == sizes
    assert [id_ for page in pages for id_ in ids(page)] == expected


@pytest.mark.parametrize("list_", LISTS)
def test_an_empty_list_is_one_empty_page(alice: Client, list_: str) -> None:
    page = alice.page(list_)
    assert page["data"] == []
    assert page["meta"]["next_cursor"] is None


@pytest.mark.parametrize("list_", LISTS)
def test_only_timeline_pages_have_a_since_id(alice: Client, fill: Fill, list_: str) -> None:
    fill(list_, 3)
    expected = {"next_cursor", "since_id"} if list_ == TIMELINE else {"next_cursor"}
    for page in walk(alice, f"{list_}?limit=2"):
        assert page.keys() == {"data", "meta"}
        assert page["meta"].keys() == expected


@pytest.mark.parametrize("list_", LISTS)
def test_the_limit_may_change_from_page_to_page(alice: Client, fill: Fill, list_: str) -> None:
    expected = fill(list_, 5)
    cursor = alice.page(f"{list_}?limit=2")["meta"]["next_cursor"]
    assert ids(alice.page(f"{list_}?limit=3&cursor={cursor}")) == expected[2:]
    assert ids(alice.page(f"{list_}?cursor={cursor}")) == expected[2:]


@pytest.mark.parametrize("list_", LISTS)
def test_a_page_is_the_same_when_it_is_read_again(alice: Client, fill: Fill, list_: str) -> None:
    fill(list_, 5)
    cursor = alice.page(f"{list_}?limit=2")["meta"]["next_cursor"]
    target = f"{list_}?limit=2&cursor={cursor}"
    assert alice.get(target).body == alice.get(target).body


@pytest.mark.parametrize("list_", LISTS)
def test_items_added_between_pages_move_no_other_item(alice: Client, sign_in: SignIn, fill: Fill, list_: str) -> None:
    expected = fill(list_, 5)
    walked = []
    for number, page in enumerate(walk(alice, f"{list_}?limit=2")):
        walked += ids(page)
        add(sign_in, list_, 100 + number)
    assert walked == expected


@pytest.mark.parametrize("list_", ["/v1/tweets", "/v1/users/bob/tweets", TIMELINE])
def test_a_deletion_between_pages_moves_no_other_tweet(alice: Client, bob: Client, list_: str) -> None:
    alice.follow("bob")
    expected = [bob.publish()["id"] for _ in range(7)][::-1]
    first = alice.page(f"{list_}?limit=2")
    for gone in (expected[0], expected[1], expected[3]):
        assert bob.delete(f"/v1/tweets/{gone}").status == 204
    second = alice.page(f"{list_}?limit=3&cursor={first['meta']['next_cursor']}")
    assert ids(second) == [expected[2], expected[4], expected[5]]
    assert second["meta"]["next_cursor"] is not None


def test_an_unfollow_between_pages_moves_no_other_follower(alice: Client, sign_in: SignIn, fill: Fill) -> None:
    expected = fill("/v1/users/alice/followers", 5)
    cursor = alice.page("/v1/users/alice/followers?limit=2")["meta"]["next_cursor"]
    for gone in (expected[1], expected[2]):
        sign_in(gone).unfollow("alice")
    assert ids(alice.page(f"/v1/users/alice/followers?cursor={cursor}")) == expected[3:]


@pytest.mark.parametrize("include_self", ["true", "false"])
def test_the_next_page_keeps_include_self(alice: Client, bob: Client, include_self: str) -> None:
    alice.follow("bob")
    tweets = [author.publish() for author in (alice, bob) * 3][::-1]
    expected = [tweet["id"] for tweet in tweets if include_self == "true" or tweet["author_id"] == "bob"]
    pages = walk(alice, f"{TIMELINE}?include_self={include_self}&limit=1")
    assert [id_ for page in pages for id_ in ids(page)] == expected


def test_the_link_to_the_next_page_keeps_the_requested_path(alice: Client, bob: Client) -> None:
    alice.follow("bob")
    for _ in range(2):
        bob.publish()
    for list_ in (TIMELINE, "/v1/users/alice/timeline"):
        assert alice.get(f"{list_}?limit=1").headers["Link"].startswith(f"<{list_}?")
