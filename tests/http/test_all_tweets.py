"""Everybody's tweets over HTTP; tests/http/test_pages.py has what all lists share."""

import pytest

from app.compose import Perch
from tests.http.client import Client
from tests.http.conftest import SignIn
from tests.http.problems import assert_problem

ALL = "/v1/tweets"


def test_a_newcomer_sees_the_tweets_of_all(anyone: Client, sign_in: SignIn) -> None:
    published = [sign_in(name).publish(f"by {name}") for name in ("ada", "ben", "ada")]
    assert anyone.page(ALL) == {"data": published[::-1], "meta": {"next_cursor": None}}
    assert anyone.get(ALL).headers["Cache-Control"] == "no-cache"


def test_a_tweet_shows_before_it_is_pushed_and_leaves_when_it_is_deleted(
    perch: Perch, anyone: Client, alice: Client, bob: Client
) -> None:
    bob.follow("alice")
    tweet = alice.publish()
    assert anyone.page(ALL)["data"] == [tweet]
    while perch.work.fan_out.step():
        pass
    assert anyone.page(ALL)["data"] == [tweet]
    alice.delete(f"/v1/tweets/{tweet['id']}")
    assert anyone.page(ALL)["data"] == []


@pytest.mark.parametrize("other", ["/v1/users/alice/tweets", "/v1/users/bob/tweets", "/v1/users/me/timeline"])
def test_the_cursors_of_all_tweets_fit_no_other_list(alice: Client, bob: Client, other: str) -> None:
    alice.follow("bob")
    for author in (alice, bob) * 2:
        author.publish()

    def cursor(list_: str) -> str:
        return str(alice.page(f"{list_}?limit=1")["meta"]["next_cursor"])

    for made_for, used_on in ((ALL, other), (other, ALL)):
        answer = alice.get(f"{used_on}?cursor={cursor(made_for)}")
        assert_problem(answer, 400, "malformed-cursor", {"parameter": "cursor"})


def test_everybody_may_use_a_cursor_of_all_tweets(alice: Client, bob: Client, anyone: Client) -> None:
    first, second = alice.publish(), bob.publish()
    page = alice.page(f"{ALL}?limit=1")
    assert page["data"] == [second]
    for reader in (anyone, bob):
        assert reader.page(f"{ALL}?cursor={page['meta']['next_cursor']}")["data"] == [first]
