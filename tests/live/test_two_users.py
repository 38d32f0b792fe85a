"""The actions of one user show in another user's window at once, without a reload."""

from playwright.sync_api import Route, expect

from tests.integration.effort import AT_ONCE_SECONDS
from tests.live.conftest import OpenWindow, SignIn

NOTE_ARRIVAL = """(text) => new MutationObserver((changes, observer) => {
    if (!document.getElementById("tweets").textContent.includes(text)) return;
    window.arrivedAt = Date.now();
    observer.disconnect();
}).observe(document.getElementById("tweets"), { childList: true })"""
NOTE_CLICK = """() => document.getElementById("composer").addEventListener("submit",
    () => window.clickedAt = Date.now(), { capture: true })"""


def test_a_tweet_shows_in_the_followers_window_at_once(
    open_window: OpenWindow, sign_in: SignIn, alice: str, bob: str
) -> None:
    sign_in(alice).publish("from before")
    hers, his = open_window().open(alice), open_window().open(bob)
    his.follow(alice)
    expect(his.tweet("from before")).to_be_visible()
    expect(his.followees()).to_have_text([alice])
    his.page.evaluate(NOTE_ARRIVAL, "hello from next door")
    hers.page.evaluate(NOTE_CLICK)

    hers.publish("hello from next door")

    expect(hers.tweet("hello from next door")).to_be_visible()
    expect(his.tweet("hello from next door")).to_be_visible()
    seconds = (his.page.evaluate("arrivedAt") - hers.page.evaluate("clickedAt")) / 1000
    print(f"from the click to the other window: {seconds} s")
    assert 0 <= seconds < AT_ONCE_SECONDS
    expect(his.page.locator("#announcements")).to_have_text(f"New tweet from {alice}")


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
    expect(his.page.locator("#tweets .text")).to_have_count(0)
    expect(his.page.locator("#empty")).to_be_visible()


def test_follow_adds_the_history_and_unfollow_removes_it(
    open_window: OpenWindow, sign_in: SignIn, alice: str, bob: str, carol: str
) -> None:
    sign_in(alice).publish("written long before")
    sign_in(carol).publish("carol's")
    window = open_window().open(bob)
    window.publish("his own")
    window.follow(carol)
    expect(window.followees()).to_have_text([carol])
    window.follow(alice)
    expect(window.followees()).to_have_text([alice, carol])
    expect(window.page.locator("#tweets .text")).to_have_text(["his own", "carol's", "written long before"])
    expect(window.page.locator("#following-count")).to_have_text("2")

    window.unfollow(alice)

    expect(window.page.locator("#tweets .text")).to_have_text(["his own", "carol's"])
    expect(window.followees()).to_have_text([carol])
    assert sign_in(bob).page("/v1/users/me/timeline")["data"][0]["text"] == "carol's"
    sign_in(alice).publish("not for him any more")
    sign_in(carol).publish("but this")
    expect(window.page.locator("#tweets .text")).to_have_text(["but this", "his own", "carol's"])


def test_a_follow_does_not_clear_the_next_name(open_window: OpenWindow, bob: str, carol: str) -> None:
    window = open_window().open(bob)
    held: list[Route] = []
    window.page.route(f"**/following/{carol}", lambda route: held.append(route))  # noqa: PLW0108 - it asks for a name
    with window.page.expect_request(f"**/following/{carol}"):
        window.follow(carol)
    field = window.page.get_by_label("User to follow")
    field.fill("the next one")
    held[0].continue_()

    expect(window.followees()).to_have_text([carol])
    expect(field).to_have_value("the next one")


def test_a_deleted_tweet_disappears_at_once(open_window: OpenWindow, sign_in: SignIn, alice: str) -> None:
    hers = open_window().open(alice)
    hers.publish("stays")
    expect(hers.tweet("stays")).to_be_visible()
    hers.publish("goes")
    expect(hers.page.locator("#tweets .text")).to_have_text(["goes", "stays"])
    hers.tweet("goes").get_by_role("button", name="Delete").click()
    expect(hers.tweets).to_have_count(2)

    hers.tweet("goes").get_by_role("button", name="Delete for good?").click()

    expect(hers.page.locator("#tweets .text")).to_have_text(["stays"])
    assert [tweet["text"] for tweet in sign_in(alice).page(f"/v1/users/{alice}/tweets")["data"]] == ["stays"]


def test_other_users_tweets_cannot_be_deleted(open_window: OpenWindow, sign_in: SignIn, alice: str, bob: str) -> None:
    sign_in(alice).publish("hers")
    sign_in(bob).follow(alice)
    window = open_window().open(bob)
    expect(window.tweet("hers")).to_be_visible()
    expect(window.tweets.get_by_role("button")).to_have_count(0)
