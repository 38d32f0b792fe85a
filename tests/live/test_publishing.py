"""Publish is disabled for what would be refused; a tweet shows at once, and is published once."""

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.conftest import StartPerch
from tests.live.conftest import OpenWindow, SignIn

TWEETS = "**/v1/tweets"


@pytest.mark.parametrize("text", ["", " ", "\u200b", "\u2800 \u3164", "x" * 281, "a\0b"])
def test_what_would_be_refused_cannot_be_published(open_window: OpenWindow, alice: str, text: str) -> None:
    window = open_window().open(alice)
    button = window.page.get_by_role("button", name="Publish")
    window.write("something")
    expect(button).to_be_enabled()
    window.write(text)
    expect(button).to_be_disabled()
    window.page.get_by_label("New tweet").press("Control+Enter")
    expect(window.page.locator("#pending > li")).to_have_count(0)
    expect(window.page.get_by_label("New tweet")).to_have_value(text)


def test_the_count_is_in_code_points(open_window: OpenWindow, alice: str) -> None:
    window = open_window().open(alice)
    count = window.page.locator("#count")
    for text, length in [("  two  ", 3), ("\U0001f426" * 7, 7), ("e\u0301e\u0301", 2), ("x" * 281, 281)]:
        window.write(text)
        expect(count).to_have_text(f"{length} / 280")
    expect(count).to_have_class("count over")


def test_the_limit_is_the_services(open_window: OpenWindow, start_perch: StartPerch) -> None:
    window = open_window(start_perch(TWEET_MAX_LENGTH="100").url).open("alice")
    window.write("x" * 100)
    expect(window.page.locator("#count")).to_have_text("100 / 100")
    window.publish("x" * 100)
    expect(window.tweets).to_have_count(1)


def test_the_composer_is_one_line_until_it_is_used(open_window: OpenWindow, alice: str) -> None:
    window = open_window().open(alice)
    button = window.page.get_by_role("button", name="Publish")
    field = window.page.get_by_label("New tweet")
    expect(button).to_be_hidden()
    field.click()
    expect(button).to_be_visible()
    window.title.click()
    expect(button).to_be_hidden()
    window.write("kept")
    window.title.click()
    window.page.locator("#nav").get_by_role("link", name="Explore").click()
    expect(window.title).to_have_text("Explore")
    expect(button).to_be_visible()
    expect(field).to_have_value("kept")


def test_a_tweet_shows_before_the_answer(open_window: OpenWindow, sign_in: SignIn, alice: str) -> None:
    held: list[Route] = []
    window = open_window().open(alice)
    window.page.route(TWEETS, lambda route: held.append(route))  # noqa: PLW0108 - it asks for a name
    with window.page.expect_request(TWEETS):
        window.publish("at once")
    pending = window.page.locator("#pending > li")
    expect(pending).to_contain_text("at once")
    expect(pending).to_contain_text("Sending…")
    expect(window.page.get_by_label("New tweet")).to_have_value("")
    assert sign_in(alice).page(f"/v1/users/{alice}/tweets")["data"] == []
    held[0].continue_()
    expect(window.shown_texts()).to_have_text(["at once"])
    expect(pending).to_have_count(0)


def test_a_lost_answer_is_asked_for_again_and_the_tweet_published_once(
    open_window: OpenWindow, sign_in: SignIn, alice: str
) -> None:
    keys: list[str | None] = []

    def lose(route: Route) -> None:
        keys.append(route.request.headers.get("idempotency-key"))
        route.fetch()
        route.abort()

    window = open_window().open(alice)
    window.page.route(TWEETS, lose, times=1)
    with window.page.expect_response(TWEETS) as replayed:
        window.publish("once")

    expect(window.shown_texts()).to_have_text(["once"])
    assert replayed.value.headers["idempotency-replayed"] == "true"
    assert replayed.value.request.headers["idempotency-key"] == keys[0]
    assert [tweet["text"] for tweet in sign_in(alice).page(f"/v1/users/{alice}/tweets")["data"]] == ["once"]
    expect(window.page.locator("#pending > li")).to_have_count(0)

    window.publish("once")
    expect(window.shown_texts()).to_have_text(["once", "once"])


def test_tweets_keep_their_order_through_an_outage(open_window: OpenWindow, sign_in: SignIn, alice: str) -> None:
    window = open_window().open(alice)
    window.page.route(TWEETS, lambda route: route.abort())
    window.publish("first")
    window.publish("second")
    pending = window.page.locator("#pending > li")
    expect(pending).to_have_count(2)
    expect(pending.last).to_contain_text("Perch does not answer. Your tweet is sent as soon as it does, once.")
    window.page.unroute(TWEETS)
    expect(window.shown_texts()).to_have_text(["second", "first"])
    expect(pending).to_have_count(0)
    texts = [tweet["text"] for tweet in sign_in(alice).page(f"/v1/users/{alice}/tweets")["data"]]
    assert texts == ["second", "first"]


def test_a_refused_tweet_can_be_sent_again_or_edited(open_window: OpenWindow, start_perch: StartPerch) -> None:
    window = open_window(start_perch(RATE_LIMIT_WRITES="1/10seconds").url).open("alice")
    window.publish("the first")
    expect(window.tweet("the first")).to_be_visible()
    window.publish("too soon")
    pending = window.page.locator("#pending > li")
    expect(pending).to_contain_text("Not published: At most 1 writes in 10 s are allowed.")
    pending.get_by_role("button", name="Edit").click()
    expect(pending).to_have_count(0)
    field = window.page.get_by_label("New tweet")
    expect(field).to_have_value("too soon")
    expect(field).to_be_focused()
    window.page.get_by_role("button", name="Publish").click()
    again = pending.get_by_role("button", name="Try again")
    while not window.tweet("too soon").count():
        if again.is_visible():
            again.click()
        window.page.wait_for_timeout(100)
    expect(window.shown_texts()).to_have_text(["too soon", "the first"])
