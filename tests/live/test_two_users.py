"""The actions of one user show in another user's window at once, without a reload."""

from playwright.sync_api import expect

from tests.integration.effort import AT_ONCE_SECONDS
from tests.live.conftest import OpenWindow, SignIn

NOTE_ARRIVAL = """(text) => {
    const list = document.querySelector("main > section:not([hidden]) .tweets");
    new MutationObserver((changes, observer) => {
        if (!list.textContent.includes(text)) return;
        window.arrivedAt = Date.now();
        observer.disconnect();
    }).observe(list, { childList: true });
}"""
KEPT_MAX = 500
MANY = "•"
FEWER = """(most) => {
    const shown = document.querySelectorAll("main > section:not([hidden]) .feed .tweets > li").length;
    return shown > 0 && shown < most;
}"""
NOTE_CLICK = """() => document.getElementById("composer").addEventListener("submit",
    () => window.clickedAt = Date.now(), { capture: true })"""


def test_a_tweet_shows_in_the_followers_window_at_once(
    open_window: OpenWindow, sign_in: SignIn, alice: str, bob: str
) -> None:
    sign_in(alice).publish("from before")
    hers, his = open_window().open(alice), open_window().open(bob)
    his.follow(alice)
    expect(his.tweet("from before")).to_be_visible()
    his.page.evaluate(NOTE_ARRIVAL, "hello from next door")
    hers.page.evaluate(NOTE_CLICK)

    hers.publish("hello from next door")

    expect(hers.tweet("hello from next door")).to_be_visible()
    expect(his.tweet("hello from next door")).to_be_visible()
    seconds = (his.page.evaluate("arrivedAt") - hers.page.evaluate("clickedAt")) / 1000
    print(f"from the click to the other window: {seconds} s")
    assert 0 <= seconds < AT_ONCE_SECONDS
    expect(his.page.locator("#announcements")).to_have_text(f"New tweet from {alice}")


def test_home_counts_what_is_new_there_behind_another_view(
    open_window: OpenWindow, sign_in: SignIn, alice: str, bob: str
) -> None:
    sign_in(bob).follow(alice)
    sign_in(alice).publish("from before")
    his = open_window().open(bob)
    expect(his.tweet("from before")).to_be_visible()
    his.go("#/people")
    sign_in(alice).publish("one")
    sign_in(alice).publish("two")
    expect(his.page.locator("#home-count")).to_have_text("2")
    his.page.get_by_role("link", name="Home").click()
    expect(his.shown_texts()).to_have_text(["two", "one", "from before"])
    expect(his.page.locator("#home-count")).to_be_hidden()


def test_a_deleted_tweet_leaves_the_followers_window_at_once(
    open_window: OpenWindow, sign_in: SignIn, alice: str, bob: str
) -> None:
    old = sign_in(alice).publish("from before")
    sign_in(bob).follow(alice)
    his = open_window().open(bob)
    expect(his.tweet("from before")).to_be_visible()
    new = sign_in(alice).publish("just now")
    expect(his.tweet("just now")).to_be_visible()
    for tweet in (new, old):
        assert sign_in(alice).delete(f"/v1/tweets/{tweet['id']}").status == 204
    expect(his.tweets).to_have_count(0)
    expect(his.empty).to_be_visible()


def test_follow_adds_the_history_and_unfollow_removes_it(
    open_window: OpenWindow, sign_in: SignIn, alice: str, bob: str, carol: str
) -> None:
    sign_in(alice).publish("written long before")
    sign_in(carol).publish("carol's")
    window = open_window().open(bob)
    window.publish("his own")
    window.follow(carol)
    window.follow(alice)
    expect(window.shown_texts()).to_have_text(["his own", "carol's", "written long before"])

    window.unfollow(alice)

    expect(window.shown_texts()).to_have_text(["his own", "carol's"])
    sign_in(alice).publish("not for him any more")
    sign_in(carol).publish("but this")
    expect(window.shown_texts()).to_have_text(["but this", "his own", "carol's"])


def test_a_refused_follow_is_taken_back_and_said(open_window: OpenWindow, alice: str, bob: str) -> None:
    window = open_window().open(bob, at=f"#/users/{alice}")
    window.page.route("**/following/*", lambda route: route.fulfill(status=429, json={"detail": "Too many writes."}))
    follow = window.section.get_by_role("button", name=f"Follow {alice}")
    follow.click()
    expect(window.page.locator("#toast")).to_have_text(f"Too many writes. You do not follow {alice} yet.")
    expect(follow).to_be_visible()


def test_other_users_tweets_cannot_be_deleted(open_window: OpenWindow, sign_in: SignIn, alice: str, bob: str) -> None:
    sign_in(alice).publish("hers")
    sign_in(bob).follow(alice)
    window = open_window().open(bob)
    expect(window.tweet("hers")).to_be_visible()
    expect(window.tweets.get_by_role("button")).to_have_count(0)


def test_a_window_that_stays_open_keeps_a_part_of_what_came(
    open_window: OpenWindow, sign_in: SignIn, alice: str, bob: str
) -> None:
    sign_in(bob).follow(alice)
    window = open_window().open(bob)
    for number in range(KEPT_MAX + 20):
        sign_in(alice).publish(f"tweet {number}")
    expect(window.tweet(f"tweet {KEPT_MAX + 19}")).to_be_visible()
    window.page.wait_for_function(FEWER, arg=KEPT_MAX)
    window.read_to_the_end()
    assert window.texts() == [f"tweet {number}" for number in reversed(range(KEPT_MAX + 20))]


def test_a_view_out_of_sight_says_that_there_is_much_without_keeping_it(
    open_window: OpenWindow, sign_in: SignIn, alice: str, bob: str
) -> None:
    sign_in(bob).follow(alice)
    for number in range(5):
        sign_in(alice).publish(f"before {number}")
    window = open_window().open(bob)
    expect(window.tweets).to_have_count(5)
    window.go("#/fan-out")
    for number in range(KEPT_MAX + 1):
        sign_in(alice).publish(f"tweet {number}")
    expect(window.page.locator("#home-count")).to_have_text(MANY)
    window.go("#/home")
    expect(window.tweet(f"tweet {KEPT_MAX}")).to_be_visible()
    window.read_to_the_end()
    assert len(window.texts()) == KEPT_MAX + 6
