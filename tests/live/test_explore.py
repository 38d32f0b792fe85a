"""Explore shows everybody's tweets, first of all to newcomers."""

from contextlib import closing

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import StartPerch
from tests.http.client import Client
from tests.http.wire import OverSocket
from tests.live.conftest import OpenWindow, SignIn

ALL_TWEETS = "**/v1/tweets?*"


def test_a_newcomer_sees_everybodys_tweets_without_a_name(
    open_window: OpenWindow, sign_in: SignIn, alice: str, bob: str
) -> None:
    sign_in(alice).publish(f"by {alice}")
    sign_in(bob).publish(f"by {bob}")
    window = open_window().open()
    expect(window.title).to_have_text("Explore")
    assert window.page.url == f"{window.url}/#/explore"
    expect(window.tweet(f"by {alice}")).to_be_visible()
    expect(window.tweet(f"by {bob}")).to_be_visible()
    expect(window.page.get_by_role("link", name="Home")).to_be_hidden()
    window.tweet(f"by {bob}").get_by_role("button", name=f"Follow {bob}").click()
    expect(window.page.locator("#who")).to_be_focused()


def test_from_there_a_newcomer_follows_people(open_window: OpenWindow, sign_in: SignIn, alice: str, bob: str) -> None:
    sign_in(alice).publish(f"hers, {alice}")
    window = open_window().open()
    window.enter(bob)
    # The title is that of the guest before, whose button asks who it is.
    expect(window.page.locator("#you-name")).to_have_text(bob)
    expect(window.title).to_have_text("Explore")
    tweet = window.tweet(f"hers, {alice}")
    with window.page.expect_response("**/following/*"):
        tweet.get_by_role("button", name=f"Follow {alice}").click()
    expect(tweet.get_by_role("button", name=f"Unfollow {alice}")).to_be_visible()
    window.page.get_by_role("link", name="Home").click()
    expect(window.shown_texts()).to_have_text([f"hers, {alice}"])
    window.page.reload()
    expect(window.title).to_have_text("Home")


def test_whoever_follows_somebody_begins_at_home(
    open_window: OpenWindow, sign_in: SignIn, alice: str, bob: str
) -> None:
    sign_in(bob).follow(alice)
    window = open_window().open()
    window.enter(bob)
    expect(window.title).to_have_text("Home")
    assert window.page.url == f"{window.url}/#/home"


@pytest.mark.parametrize("is_guest", [True, False])
def test_new_tweets_and_deletions_show(open_window: OpenWindow, sign_in: SignIn, alice: str, *, is_guest: bool) -> None:
    old = sign_in(alice).publish(f"old by {alice}")
    window = open_window()
    if is_guest:
        window.open()
    else:
        window.open(f"{alice}-reader", at="#/explore")
    expect(window.tweet(f"old by {alice}")).to_be_visible()
    sign_in(alice).publish(f"new by {alice}")
    expect(window.tweet(f"new by {alice}")).to_be_visible()
    sign_in(alice).delete(f"/v1/tweets/{old['id']}")
    expect(window.tweet(f"old by {alice}")).to_have_count(0)


def test_new_tweets_wait_while_the_user_reads_below(open_window: OpenWindow, sign_in: SignIn, alice: str) -> None:
    for number in range(30):
        sign_in(alice).publish(f"{alice} {number}")
    window = open_window().open()
    read = window.tweet(f"{alice} 15")
    read.scroll_into_view_if_needed()
    sign_in(alice).publish(f"news of {alice}")
    expect(window.fresh).to_contain_text("new tweet")
    expect(read).to_be_in_viewport()
    expect(window.tweet(f"news of {alice}")).to_have_count(0)
    window.fresh.click()
    expect(window.tweet(f"news of {alice}")).to_be_in_viewport()


def test_explore_goes_down_to_the_first_tweet(open_window: OpenWindow, start_perch: StartPerch) -> None:
    """On a service of its own, where there is not all that other tests have left."""
    perch = start_perch()
    with closing(OverSocket(perch.url)) as transport:
        for number in range(45):
            Client(transport, "alice").publish(f"alice {number}")
    window = open_window(perch.url).open()
    window.read_to_the_end()
    assert window.texts() == [f"alice {number}" for number in reversed(range(45))]


def test_an_outage_is_told_and_its_end_leaves_no_trace(open_window: OpenWindow, sign_in: SignIn, alice: str) -> None:
    window = open_window()
    window.page.route(ALL_TWEETS, lambda route: route.abort())
    window.open()
    fault = window.section.locator(".foot .error")
    expect(fault).to_have_text("Perch does not answer.")
    expect(window.empty).to_be_hidden()
    window.page.unroute(ALL_TWEETS)
    sign_in(alice).publish(f"after, {alice}")
    expect(window.tweet(f"after, {alice}")).to_be_visible()
    expect(fault).to_be_empty()
    expect(window.page.locator("#notice")).to_be_hidden()


def test_the_follow_buttons_of_a_page_are_one_request(open_window: OpenWindow, sign_in: SignIn, alice: str) -> None:
    for number in range(20):
        sign_in(f"{alice}-{number}").publish("hello")
    window = open_window().open(alice)
    asked: list[str] = []
    window.page.on("request", lambda request: asked.append(request.url) if "relationships" in request.url else None)
    window.go("#/explore")
    expect(window.tweets.get_by_role("button", name=f"Follow {alice}-0", exact=True)).to_be_visible()
    assert len(asked) <= 2
