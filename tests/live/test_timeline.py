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
    "javascript:alert(1) @<b>me</b> http://<script>",
]
CURSOR = "**/v1/users/me/timeline?*cursor=*"

WITH_OLDER_CHANGES = """
    const Observer = IntersectionObserver;
    IntersectionObserver = class extends Observer {
      constructor(report, options) {
        super((changes) => report(changes.flatMap((change) => [{ isIntersecting: false }, change])), options);
      }
    };
"""
"""A busy browser reports several changes at once: here the end of the list was far away before each."""


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
    expect(window.end).to_be_hidden()

    window.read_to_the_end()

    assert window.texts() == history
    expect(window.end).to_contain_text("the first tweet")
    expect(window.section.get_by_role("button", name="Older tweets")).to_be_hidden()


def test_a_busy_browser_reads_down_to_the_first_tweet(open_window: OpenWindow, bob: str, history: list[str]) -> None:
    window = open_window()
    window.page.add_init_script(WITH_OLDER_CHANGES)
    window.open(bob)
    window.read_to_the_end()
    assert window.texts() == history


@pytest.mark.usefixtures("history")
def test_new_tweets_do_not_move_what_the_user_reads(
    open_window: OpenWindow, sign_in: SignIn, alice: str, bob: str
) -> None:
    window = open_window().open(bob)
    read = window.tweet("tweet 92")
    read.scroll_into_view_if_needed()
    expect(window.fresh).to_be_hidden()
    before = read.bounding_box()

    sign_in(alice).publish("news")
    expect(window.fresh).to_have_text("1 new tweet")
    sign_in(alice).publish("more news")
    expect(window.fresh).to_have_text("2 new tweets")
    assert read.bounding_box() == before
    expect(window.tweet("news")).to_have_count(0)

    window.fresh.click()
    expect(window.tweet("more news")).to_be_in_viewport()
    assert window.texts()[:3] == ["more news", "news", "tweet 104"]
    expect(window.fresh).to_be_hidden()
    assert window.focused() == "title"


@pytest.mark.usefixtures("history")
def test_a_dot_shows_the_new_tweets(open_window: OpenWindow, sign_in: SignIn, alice: str, bob: str) -> None:
    window = open_window().open(bob)
    window.tweet("tweet 92").scroll_into_view_if_needed()
    sign_in(alice).publish("news")
    expect(window.fresh).to_be_visible()
    window.page.keyboard.press(".")
    expect(window.tweet("news")).to_be_in_viewport()


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
    fault = window.section.locator(".foot .error")
    window.page.route(CURSOR, lambda route: route.abort())
    window.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(fault).to_have_text("Perch does not answer. Press the button to try again.")
    window.page.unroute(CURSOR)

    window.section.get_by_role("button", name="Older tweets").click()

    window.read_to_the_end()
    assert window.texts() == history
    expect(fault).to_be_empty()


def test_a_refused_cursor_reads_the_first_page_again(open_window: OpenWindow, bob: str, history: list[str]) -> None:
    def forge(route: Route) -> None:
        route.continue_(url=route.request.url[:-8])

    window = open_window().open(bob)
    window.page.route(CURSOR, forge, times=1)
    with window.page.expect_response(lambda response: response.status == 400):
        window.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    window.read_to_the_end()
    assert window.texts() == history


def test_an_unfollow_keeps_the_place(
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
    expect(window.fresh).to_have_text("30 new tweets")
    read = window.tweet("tweet 5")
    read.scroll_into_view_if_needed()

    sign_in(bob).unfollow(carol)

    expect(window.tweet("carol's")).to_have_count(0)
    expect(read).to_be_in_viewport()
    assert window.texts() == history
    window.fresh.click()
    assert window.texts() == news[::-1] + history


@pytest.mark.usefixtures("history")
def test_more_news_than_a_page_wait_until_the_user_wants_them(
    open_window: OpenWindow, sign_in: SignIn, alice: str, bob: str
) -> None:
    window = open_window().open(bob)
    read = window.tweet("tweet 92")
    read.scroll_into_view_if_needed()
    window.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
    for number in range(105):
        sign_in(alice).publish(f"news {number}")
    window.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(window.fresh).to_have_text("New tweets")
    expect(read).to_be_in_viewport()
    window.fresh.click()
    expect(window.tweet("news 104")).to_be_in_viewport()
    window.read_to_the_end()
    assert window.texts() == [
        *(f"news {number}" for number in reversed(range(105))),
        *(f"tweet {number}" for number in reversed(range(105))),
    ]


def test_a_text_is_never_parsed_as_markup(open_window: OpenWindow, sign_in: SignIn, alice: str, bob: str) -> None:
    sign_in(bob).follow(alice)
    window = open_window().open(bob)
    for text in HOSTILE:
        sign_in(alice).publish(text)
    for _ in range(2):
        expect(window.tweets).to_have_count(len(HOSTILE))
        assert window.texts() == HOSTILE[::-1]
        assert window.tweets.locator("img, script, b").count() == 0
        assert window.shown_texts().locator("a").count() == 0
        expect(window.page).to_have_title("Home · Perch")
        assert window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        window.page.reload()


def test_long_texts_are_cut_and_blank_lines_folded(open_window: OpenWindow, sign_in: SignIn, alice: str) -> None:
    sign_in(alice).publish("top\n\n\n \n\n\nbottom")
    sign_in(alice).publish("\n".join(f"line {number}" for number in range(30)))
    window = open_window().open(alice)
    expect(window.shown_texts().nth(1)).to_have_text("top\n\nbottom", use_inner_text=True)
    cut = window.shown_texts().first
    box = cut.bounding_box()
    assert box is not None
    assert box["height"] < 300
    window.section.get_by_role("button", name="Show all").click()
    box = cut.bounding_box()
    assert box is not None
    assert box["height"] > 600


def test_an_empty_timeline_says_what_to_do(open_window: OpenWindow, alice: str) -> None:
    window = open_window().open(alice)
    expect(window.empty).to_contain_text("Follow people")
    window.publish("no longer")
    expect(window.empty).to_be_hidden()
    expect(window.end).to_be_visible()


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
