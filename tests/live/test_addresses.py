"""Every view has an address: links lead there, the back button leads back, and a reload stays."""

import pytest
from playwright.sync_api import expect

from tests.live.conftest import OpenWindow, SignIn
from tests.live.window import Window


@pytest.fixture
def window(open_window: OpenWindow, sign_in: SignIn, alice: str, bob: str) -> Window:
    """The window of Bob, who follows Alice; she has a tweet."""
    sign_in(bob).follow(alice)
    sign_in(alice).publish("the first")
    return open_window().open(bob)


@pytest.fixture
def long(window: Window, sign_in: SignIn, alice: str) -> Window:
    """The window of Bob; Alice has 60 tweets more, and Bob sees the newest of them."""
    for number in range(60):
        sign_in(alice).publish(f"tweet {number}")
    window.page.reload()
    expect(window.tweet("tweet 59")).to_be_visible()
    return window


def test_a_tweet_links_to_its_author_its_page_and_whom_it_mentions(
    window: Window, sign_in: SignIn, alice: str, carol: str
) -> None:
    tweet = sign_in(alice).publish(f"Ask @{carol}. It is at https://example.org/a_(b)?c=d#e, #really")
    item = window.tweets.first
    links = item.locator("a:visible")
    expect(links).to_have_count(5)
    targets = [link.get_attribute("href") for link in links.all()]
    assert targets == [
        f"#/users/{alice}",
        f"#/users/{alice}",
        f"#/tweets/{tweet['id']}",
        f"#/users/{carol}",
        "https://example.org/a_(b)?c=d#e",
    ]
    outward = links.last
    assert {"noopener", "noreferrer"} <= set((outward.get_attribute("rel") or "").split())

    item.locator("time").click()
    expect(window.title).to_have_text("Tweet")
    expect(window.section.locator(".text")).to_contain_text("Ask @")
    window.section.get_by_role("link", name=f"@{carol}").click()
    expect(window.title).to_have_text(carol)
    expect(window.page).to_have_title(f"{carol} · Perch")
    assert window.page.url == f"{window.url}/#/users/{carol}"


def test_the_back_button_leads_back_to_the_same_place(long: Window, alice: str) -> None:
    long.read_to_the_end()
    read = long.tweet("tweet 22")
    read.scroll_into_view_if_needed()
    place = long.scroll_y()
    assert place > 0
    read.locator("time").click()
    expect(long.title).to_have_text("Tweet")
    assert long.scroll_y() == 0
    long.section.get_by_role("link", name=f"More tweets by {alice}").click()
    expect(long.title).to_have_text(alice)

    long.page.go_back()
    expect(long.title).to_have_text("Tweet")
    long.page.go_back()

    expect(long.title).to_have_text("Home")
    assert long.scroll_y() == place
    expect(read).to_be_in_viewport()
    long.page.go_forward()
    expect(long.title).to_have_text("Tweet")
    assert long.scroll_y() == 0


@pytest.mark.parametrize("view", ["#/home", "#/explore", "#/people", "#/fan-out", "#/users/{}", "#/users/{}/followers"])
def test_a_reload_keeps_the_view_and_the_user(window: Window, alice: str, bob: str, view: str) -> None:
    window.go(view.format(alice))
    title = window.title.text_content() or ""
    window.page.reload()
    expect(window.page.locator("#you-name")).to_have_text(bob)
    expect(window.title).to_have_text(title)
    assert window.page.url == window.url + "/" + view.format(alice)


def test_a_reload_keeps_the_place(long: Window) -> None:
    read = long.tweet("tweet 48")
    read.scroll_into_view_if_needed()
    expect(read).to_be_in_viewport()
    place = long.scroll_y()
    long.page.wait_for_function("(y) => history.state?.y === y", arg=place)
    long.page.reload()
    expect(long.tweet("tweet 48")).to_be_in_viewport()
    assert abs(long.scroll_y() - place) < 5


@pytest.mark.parametrize("address", ["", "#", "#/", "#/nowhere", "#/users/a%20b", "#/users/me", "#/tweets/x", "#alice"])
def test_an_address_of_nothing_leads_to_the_start(window: Window, address: str) -> None:
    window.go("#/people")
    window.page.evaluate("(address) => { location.hash = address; }", address)
    expect(window.title).to_have_text("Home")
    assert window.page.url == f"{window.url}/#/home"


def test_a_guest_has_no_home_but_sees_the_rest(open_window: OpenWindow, sign_in: SignIn, alice: str) -> None:
    sign_in(alice).publish("for all")
    window = open_window().open()
    window.go("#/home")
    expect(window.title).to_have_text("Explore")
    window.go(f"#/users/{alice}")
    expect(window.shown_texts()).to_have_text(["for all"])


def test_a_tweet_that_is_not_there_says_so(window: Window) -> None:
    window.go("#/tweets/12345")
    expect(window.empty).to_contain_text("This tweet is not there.")


def test_a_link_to_the_current_view_goes_to_its_top(long: Window, sign_in: SignIn, alice: str) -> None:
    long.tweet("tweet 48").scroll_into_view_if_needed()
    sign_in(alice).publish("news")
    expect(long.fresh).to_be_visible()
    long.page.get_by_role("link", name="Home").click()
    expect(long.tweet("news")).to_be_in_viewport()
    assert long.scroll_y() == 0
