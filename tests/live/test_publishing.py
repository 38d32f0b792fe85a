"""The forms show errors beside their fields, and no tweet is published twice."""

import pytest
from playwright.sync_api import Route, expect

from tests.live.conftest import OpenWindow, SignIn

TWEETS = "**/v1/tweets"
OPENAPI = "**/openapi.json"
INVALID_NAME = "Use 1 to 64 of these characters: A-Z a-z 0-9 _ . - The names “.”, “..” and “me” are reserved."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (" ", "A tweet's text is not blank."),
        ("x" * 281, "A tweet's text has at most 280 characters, this one has 281."),
    ],
    ids=["blank", "long"],
)
def test_a_refused_text_stays_in_the_field_with_the_reason(
    open_window: OpenWindow, alice: str, text: str, said: str
) -> None:
    window = open_window().open(alice)
    field = window.page.get_by_label("New tweet")
    window.publish(text)
    expect(window.page.locator("#text-error")).to_have_text(said)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value(text)
    expect(field).to_be_focused()

    field.fill("better")
    expect(window.page.locator("#text-error")).to_be_empty()
    window.page.get_by_role("button", name="Publish").click()
    expect(window.tweet("better")).to_be_visible()
    expect(field).to_have_value("")


def test_the_count_is_in_code_points(open_window: OpenWindow, alice: str) -> None:
    window = open_window().open(alice)
    count = window.page.locator("#count")
    expect(count).to_have_text("0 / 280")
    for text, length in [("  two  ", 3), ("\U0001f426" * 7, 7), ("e\u0301e\u0301", 2), ("x" * 281, 281)]:
        window.page.get_by_label("New tweet").fill(text)
        expect(count).to_have_text(f"{length} / 280")
    expect(count).to_have_class("count over")


def test_the_limit_is_the_maximum_length_in_the_openapi_document(open_window: OpenWindow, alice: str) -> None:
    def limit(route: Route) -> None:
        document = route.fetch().json()
        document["components"]["schemas"]["PublishTweetBody"]["properties"]["text"]["maxLength"] = 100
        route.fulfill(json=document)

    window = open_window()
    window.page.route(OPENAPI, limit)
    expect(window.open(alice).page.locator("#count")).to_have_text("0 / 100")


def test_a_retry_after_a_lost_answer_publishes_once(open_window: OpenWindow, sign_in: SignIn, alice: str) -> None:
    keys: list[str | None] = []

    def lose(route: Route) -> None:
        keys.append(route.request.headers.get("idempotency-key"))
        route.fetch()
        route.abort()

    window = open_window().open(alice)
    window.page.route(TWEETS, lose)
    window.publish("once")
    expect(window.page.locator("#text-error")).to_have_text(
        "Perch does not answer. You can publish it again: it will not appear twice."
    )
    window.page.unroute(TWEETS)
    with window.page.expect_response(TWEETS) as replayed:
        window.page.get_by_role("button", name="Publish").click()

    expect(window.tweets).to_have_count(1)
    assert replayed.value.headers["idempotency-replayed"] == "true"
    assert replayed.value.request.headers["idempotency-key"] == keys[0]
    assert [tweet["text"] for tweet in sign_in(alice).page(f"/v1/users/{alice}/tweets")["data"]] == ["once"]

    window.publish("once")
    expect(window.tweets).to_have_count(2)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "Enter a user name."),
        ("me", INVALID_NAME),
        ("a/b", INVALID_NAME),
    ],
)
def test_an_invalid_name_is_an_error_beside_the_field(
    open_window: OpenWindow, alice: str, name: str, said: str
) -> None:
    window = open_window().open(alice)
    window.follow(name)
    expect(window.page.locator("#followee-error")).to_have_text(said)


def test_following_oneself_shows_the_services_error(open_window: OpenWindow, alice: str) -> None:
    window = open_window().open(alice)
    window.follow(alice)
    expect(window.page.locator("#followee-error")).to_have_text(f"{alice} cannot follow themselves.")
    expect(window.page.get_by_label("User to follow")).to_have_attribute("aria-invalid", "true")


def test_followees_are_read_page_by_page(open_window: OpenWindow, sign_in: SignIn, alice: str) -> None:
    names = [f"{alice}-{number}" for number in range(25)]
    for name in names:
        sign_in(alice).follow(name)
    window = open_window().open(alice)
    expect(window.followees()).to_have_text(names[:4:-1])
    expect(window.page.locator("#following-count")).to_have_text("25")
    window.page.get_by_role("button", name="More").click()
    expect(window.followees()).to_have_text(names[::-1])
    expect(window.page.get_by_role("button", name="More")).to_be_hidden()
