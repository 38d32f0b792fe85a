"""What a user does in one window, or elsewhere, shows in the user's other window."""

from playwright.sync_api import expect

from tests.live.conftest import OpenWindow, SignIn


def test_own_tweets_and_deletions_show_in_the_other_window(open_window: OpenWindow, alice: str) -> None:
    one, other = open_window().open(alice), open_window().open(alice)
    one.publish("stays")
    expect(one.tweet("stays")).to_be_visible()
    one.publish("goes")
    expect(one.shown_texts()).to_have_text(["goes", "stays"])
    expect(other.shown_texts()).to_have_text(["goes", "stays"])

    one.tweet("goes").get_by_role("button", name="Delete “goes”").click()
    expect(one.tweets).to_have_count(2)
    one.tweet("goes").get_by_role("button", name="Delete for good? “goes”").click()

    expect(one.shown_texts()).to_have_text(["stays"])
    expect(other.shown_texts()).to_have_text(["stays"])


def test_follows_and_unfollows_show_in_the_other_window(
    open_window: OpenWindow, sign_in: SignIn, alice: str, bob: str
) -> None:
    sign_in(alice).publish("hers")
    one, other = open_window().open(bob), open_window().open(bob)
    profile = open_window().open(bob, at=f"#/users/{alice}")

    one.follow(alice)

    expect(other.shown_texts()).to_have_text(["hers"])
    expect(profile.section.get_by_role("button", name=f"Unfollow {alice}")).to_be_visible()
    expect(profile.section.locator(".tabs")).to_contain_text("1 Followers")

    one.unfollow(alice)

    expect(other.tweets).to_have_count(0)
    expect(other.empty).to_be_visible()
    expect(profile.section.get_by_role("button", name=f"Follow {alice}", exact=True)).to_be_visible()


def test_a_deletion_shows_on_every_view(open_window: OpenWindow, sign_in: SignIn, alice: str, bob: str) -> None:
    sign_in(bob).follow(alice)
    tweet = sign_in(alice).publish("soon gone")
    views = ["#/home", "#/explore", f"#/users/{alice}", f"#/tweets/{tweet['id']}"]
    windows = [open_window().open(bob, at=view) for view in views]
    for window in windows:
        expect(window.section.get_by_text("soon gone", exact=True)).to_be_visible()

    assert sign_in(alice).delete(f"/v1/tweets/{tweet['id']}").status == 204

    for window in windows:
        expect(window.section.get_by_text("soon gone", exact=True)).to_have_count(0)
    expect(windows[-1].empty).to_contain_text("This tweet is not there.")


def test_a_deletion_that_another_window_made_first_is_one(open_window: OpenWindow, sign_in: SignIn, alice: str) -> None:
    tweet = sign_in(alice).publish("twice")
    window = open_window().open(alice)
    window.page.route("**/v1/users/**", lambda route: route.abort())
    assert sign_in(alice).delete(f"/v1/tweets/{tweet['id']}").status == 204
    window.tweets.get_by_role("button").click()
    window.tweets.get_by_role("button").click()
    expect(window.tweets).to_have_count(0)
    expect(window.page.locator("#toast")).to_be_empty()


def test_nothing_is_read_again_while_nothing_happens(open_window: OpenWindow, alice: str) -> None:
    window = open_window().open(alice)
    asked: list[str] = []
    window.page.on("request", lambda request: asked.append(request.url) if "/timeline?" in request.url else None)
    for _ in range(3):
        with window.page.expect_response("**/tweets?limit=1"):
            window.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert asked == []
