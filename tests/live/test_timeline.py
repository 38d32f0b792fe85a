"""The list of tweets reaches the first tweet, and does not move while the user reads."""

import pytest
from playwright.sync_api import Route, expect

from tests.live.conftest import OpenWindow, SignIn

HOSTILE = [
    '<img src=x onerror="document.title=1">',
    "<script>throw 1</script>",
    "&lt;b&gt; &amp; </p></li></ol>",
    "two\n  lines\n\nand a third",
    "\u202eright to left override",
    "مرحبا بالعالم",
    "w" * 280,
    "\U0001f426\u200d\u2b1b a black bird",
]
CURSOR = "**/v1/users/*/timeline?*cursor=*"


@pytest.fixture
def history(sign_in: SignIn, alice: str, bob: str) -> list[str]:
    """Publishes 105 tweets by Alice, whom Bob follows, and returns their texts, newest first."""
    sign_in(bob).follow(alice)
    texts = [f"tweet {number}" for number in range(105)]
    for text in texts:
        sign_in(alice).publish(text)
    return texts[::-1]


def test_scrolling_down_reads_older_pages_down_to_the_first_tweet(
    open_window: OpenWindow, bob: str, history: list[str]
) -> None:
    window = open_window().open(bob)
    expect(window.tweets).to_have_count(20)
    expect(window.page.locator("#end")).to_be_hidden()

    window.read_to_the_end()

    assert window.texts() == history
    expect(window.page.locator("#end")).to_have_text("No older tweets.")
    expect(window.page.get_by_role("button", name="Older tweets")).to_be_hidden()


@pytest.mark.usefixtures("history")
def test_new_tweets_do_not_move_what_the_user_reads(
    open_window: OpenWindow, sign_in: SignIn, alice: str, bob: str
) -> None:
    window = open_window().open(bob)
    read = window.tweet("tweet 92")
    read.scroll_into_view_if_needed()
    fresh = window.page.locator("#fresh")
    expect(fresh).to_be_hidden()
    before = read.bounding_box()

    sign_in(alice).publish("news")
    expect(fresh).to_have_text("1 new tweet")
    sign_in(alice).publish("more news")
    expect(fresh).to_have_text("2 new tweets")
    expect(window.page).to_have_title(f"(2) {bob} · Perch")
    assert read.bounding_box() == before
    expect(window.tweet("news")).to_have_count(0)

    fresh.click()
    expect(window.tweet("more news")).to_be_in_viewport()
    assert window.texts()[:3] == ["more news", "news", "tweet 104"]
    expect(fresh).to_be_hidden()
    assert window.focused() == "timeline-title"


@pytest.mark.usefixtures("history")
def test_the_page_scrolls_to_the_users_own_new_tweet(open_window: OpenWindow, bob: str) -> None:
    window = open_window().open(bob)
    window.tweet("tweet 90").scroll_into_view_if_needed()
    window.page.keyboard.press("n")
    window.page.keyboard.type("mine")
    window.page.keyboard.press("Control+Enter")
    expect(window.tweet("mine")).to_be_in_viewport()


def test_a_failed_older_page_can_be_retried(open_window: OpenWindow, bob: str, history: list[str]) -> None:
    window = open_window().open(bob)
    window.page.route(CURSOR, lambda route: route.abort())
    window.page.locator("#older").scroll_into_view_if_needed()
    expect(window.page.locator("#older-error")).to_have_text("Perch does not answer. Press the button to try again.")
    window.page.unroute(CURSOR)

    window.page.get_by_role("button", name="Older tweets").click()

    window.read_to_the_end()
    assert window.texts() == history
    expect(window.page.locator("#older-error")).to_be_empty()


def test_a_refused_cursor_reads_the_first_page_again(open_window: OpenWindow, bob: str, history: list[str]) -> None:
    def forge(route: Route) -> None:
        route.continue_(url=route.request.url[:-8])

    window = open_window().open(bob)
    window.page.route(CURSOR, forge, times=1)
    with window.page.expect_response(lambda response: response.status == 400):
        window.page.locator("#older").scroll_into_view_if_needed()
    window.read_to_the_end()
    assert window.texts() == history


def test_unfollow_keeps_the_scroll_position(
    open_window: OpenWindow, sign_in: SignIn, alice: str, bob: str, carol: str, history: list[str]
) -> None:
    sign_in(bob).follow(carol)
    sign_in(carol).publish("carol's")
    window = open_window().open(bob)
    expect(window.tweet("carol's")).to_be_visible()
    window.read_to_the_end()
    news = [f"news {number}" for number in range(30)]
    for text in news:
        sign_in(alice).publish(text)
    expect(window.page.locator("#fresh")).to_have_text("30 new tweets")
    read = window.tweet("tweet 5")
    read.scroll_into_view_if_needed()

    with window.page.expect_response("**/timeline?*limit=50"):
        window.unfollow(carol)

    expect(window.tweet("carol's")).to_have_count(0)
    expect(read).to_be_in_viewport()
    assert window.texts() == history
    window.page.locator("#fresh").click()
    assert window.texts() == news[::-1] + history


def test_a_text_is_never_parsed_as_markup(open_window: OpenWindow, sign_in: SignIn, alice: str, bob: str) -> None:
    sign_in(bob).follow(alice)
    window = open_window().open(bob)
    for text in HOSTILE:
        sign_in(alice).publish(text)
    expect(window.tweets).to_have_count(len(HOSTILE))
    assert window.texts() == HOSTILE[::-1]
    assert window.tweets.locator("img, script, b").count() == 0
    expect(window.page).to_have_title(f"{bob} · Perch")
    assert window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    window.page.reload()
    expect(window.tweets).to_have_count(len(HOSTILE))
    assert window.texts() == HOSTILE[::-1]
    assert window.tweets.locator("img, script, b").count() == 0


def test_an_empty_timeline_says_what_to_do(open_window: OpenWindow, alice: str) -> None:
    window = open_window().open(alice)
    expect(window.page.locator("#empty")).to_contain_text("No tweets yet. Follow somebody")
    expect(window.page.locator("#followees-empty")).to_have_text("Nobody yet.")
    window.publish("no longer")
    expect(window.page.locator("#empty")).to_be_hidden()
    expect(window.page.locator("#end")).to_be_visible()


def test_a_time_is_relative_and_has_the_exact_time(open_window: OpenWindow, sign_in: SignIn, alice: str) -> None:
    published = sign_in(alice).publish("hello")
    window = open_window()
    window.page.clock.install()
    time = window.open(alice).tweets.locator("time")
    expect(time).to_have_text("now")
    expect(time).to_have_attribute("datetime", published["created_at"])
    assert "20" in (time.get_attribute("title") or "")
    window.page.clock.fast_forward("05:00")
    expect(time).to_have_text("5 min")
