"""The page is accessible: by keyboard, on narrow screens, in both colour schemes."""

import re
from typing import Any, Literal

import pytest
from playwright.sync_api import Route, expect

from tests.documents.programs import node_file
from tests.live.conftest import OpenWindow, SignIn
from tests.live.window import Window

AXE = "axe-core/axe.min.js"
WIDE, NARROW = (1280, 800), (390, 844)


@pytest.fixture
def bob(sign_in: SignIn, alice: str, bob: str, carol: str) -> str:
    """Returns Bob, who follows Alice; she has 25 tweets, and follows Carol, who follows Bob."""
    sign_in(bob).follow(alice)
    sign_in(alice).follow(carol)
    sign_in(carol).follow(bob)
    for number in range(25):
        sign_in(alice).publish(f"tweet {number} for @{carol}, see https://example.org/")
    sign_in(bob).publish("his own")
    return bob


def violations(window: Window) -> list[dict[str, Any]]:
    """Returns what axe finds after all animations have finished."""
    window.page.evaluate(node_file(AXE).read_text())
    window.page.evaluate("Promise.all(document.getAnimations().map((each) => each.finish()))")
    found: list[dict[str, Any]] = window.page.evaluate("axe.run().then(({ violations }) => violations)")
    return [{"rule": each["id"], "where": [node["html"] for node in each["nodes"]]} for each in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_axe_finds_nothing(
    open_window: OpenWindow,
    sign_in: SignIn,
    alice: str,
    bob: str,
    scheme: Literal["light", "dark"],
    size: tuple[int, int],
) -> None:
    tweet = sign_in(bob).publish("another")
    window = open_window()
    window.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    window.page.set_viewport_size({"width": size[0], "height": size[1]})
    window.open()
    window.page.get_by_role("button", name="Enter").click()
    expect(window.page.locator("#who-error")).not_to_be_empty()
    assert violations(window) == []

    window.open(bob)
    for view in (
        *("#/home", "#/explore", "#/people", "#/fan-out", f"#/tweets/{tweet['id']}", "#/tweets/1"),
        *(f"#/users/{alice}", f"#/users/{alice}/followers", "#/users/nobody", f"#/users/{bob}/following"),
    ):
        window.go(view)
        expect(window.section.locator(".note:visible")).to_have_count(0)
        assert violations(window) == [], view

    window.page.keyboard.press("?")
    expect(window.page.locator("#help")).to_be_visible()
    assert violations(window) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_trouble(
    open_window: OpenWindow, sign_in: SignIn, alice: str, bob: str, scheme: Literal["light", "dark"]
) -> None:
    def refuse(route: Route) -> None:
        route.fulfill(status=429, json={"detail": "Too many writes."})

    window = open_window()
    window.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    window.open(bob)
    window.page.route("**/v1/tweets", refuse)
    window.publish("refused")
    expect(window.page.locator("#pending")).to_contain_text("Not published")
    window.write("x" * 281)
    window.tweets.last.scroll_into_view_if_needed()
    sign_in(alice).publish("news")
    expect(window.fresh).to_be_visible()
    assert violations(window) == []

    window.page.route("**/v1/**", lambda route: route.abort())
    window.page.evaluate("dispatchEvent(new Event('pagehide')); dispatchEvent(new Event('pageshow'))")
    expect(window.page.locator("#notice")).to_be_visible()
    window.tweet("his own").get_by_role("button").click()
    window.tweet("his own").get_by_role("button").click()
    expect(window.page.locator("#toast")).to_contain_text("The tweet was not deleted.")
    assert violations(window) == []


def test_no_content_is_wider_than_a_narrow_screen(open_window: OpenWindow, sign_in: SignIn, bob: str) -> None:
    longest = "W" * 64
    sign_in(bob).follow(longest)
    sign_in(longest).follow(bob)
    tweet = sign_in(longest).publish("W" * 280)
    window = open_window()
    window.page.set_viewport_size({"width": 320, "height": 640})
    window.open(longest)
    for view in (
        *("#/home", "#/explore", "#/people", "#/fan-out", f"#/tweets/{tweet['id']}"),
        *(f"#/users/{longest}", f"#/users/{longest}/following", f"#/users/{bob}/following"),
    ):
        window.go(view)
        assert window.page.evaluate("document.documentElement.scrollWidth") == 320, view


def test_wide_windows_have_columns_and_narrow_ones_have_tabs(open_window: OpenWindow, bob: str) -> None:
    window = open_window().open(bob)
    nav, aside = window.page.locator("#nav"), window.page.locator("#aside")
    for width, is_beside, has_aside in ((1280, True, True), (720, True, False), (390, False, False)):
        window.page.set_viewport_size({"width": width, "height": 700})
        one, other = nav.bounding_box(), window.section.bounding_box()
        assert one is not None
        assert other is not None
        assert (one["x"] + one["width"] <= other["x"]) == is_beside
        assert (one["y"] + one["height"] == 700) != is_beside
        assert aside.is_visible() == has_aside
        top = window.tweets.first.bounding_box()
        assert top is not None
        assert top["y"] < 200, "the timeline comes first"


def test_reduced_motion_has_no_animations(open_window: OpenWindow, bob: str) -> None:
    window = open_window()
    window.page.emulate_media(reduced_motion="reduce")
    window.open(bob)
    assert window.page.evaluate("document.getAnimations().length") == 0


def test_every_action_works_by_keyboard(open_window: OpenWindow, sign_in: SignIn, alice: str, carol: str) -> None:
    sign_in(alice).publish(f"hers, {alice}")
    window = open_window().open()
    window.page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    press, type_ = window.page.keyboard.press, window.page.keyboard.type

    tab_to(window, "who")
    type_(carol)
    press("Enter")
    expect(window.title, "the form is gone").to_be_focused()
    press("n")
    assert window.focused() == "text"
    type_("by keyboard, n and all")
    press("Control+Enter")
    expect(window.tweet("by keyboard, n and all")).to_be_visible()
    # It is hidden until the page knows whom the user follows.
    expect(window.section.get_by_role("button", name=f"Follow {alice}", exact=True).first).to_be_visible()
    window.title.focus()
    tab_to(window, f"Follow {alice}")
    press("Enter")
    expect(window.section.get_by_role("button", name=f"Unfollow {alice}").first).to_be_visible()
    window.page.locator("#skip").focus()
    tab_to(window, "Home")
    press("Enter")
    expect(window.title).to_have_text("Home")
    expect(window.shown_texts()).to_have_text(["by keyboard, n and all", f"hers, {alice}"])
    assert window.focused() == "title"

    press("j")
    expect(window.tweets.first).to_be_focused()
    press("j")
    expect(window.tweets.last).to_be_focused()
    press("k")
    tab_to(window, "Delete “by keyboard, n and all”")
    press("Enter")
    press("Escape")
    assert window.focused() == "Delete “by keyboard, n and all”"
    press("Enter")
    assert window.focused() == "Delete for good? “by keyboard, n and all”"
    press("Enter")
    expect(window.shown_texts()).to_have_text([f"hers, {alice}"])
    assert window.focused() == "title"


def test_keys_can_be_turned_off(open_window: OpenWindow, bob: str) -> None:
    window = open_window().open(bob)
    window.page.keyboard.press("?")
    window.page.get_by_label("Single keys are shortcuts").uncheck()
    window.page.get_by_role("button", name="Close").click()
    expect(window.page.locator("#help")).to_be_hidden()
    window.page.keyboard.press("n")
    assert window.focused() != "text"
    window.page.keyboard.press("?")
    window.page.get_by_label("Single keys are shortcuts").check()
    window.page.keyboard.press("Escape")
    window.page.keyboard.press("n")
    assert window.focused() == "text"


def test_a_skip_link_leads_to_the_content(open_window: OpenWindow, bob: str) -> None:
    window = open_window().open(bob)
    window.page.reload()
    window.expect_state("Live")
    window.page.keyboard.press("Tab")
    expect(window.page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    window.page.keyboard.press("Enter")
    assert window.focused() == "title"
    assert window.page.url.endswith("#/home")


def test_each_delete_button_names_its_tweet(open_window: OpenWindow, sign_in: SignIn, carol: str) -> None:
    for number in range(3):
        sign_in(carol).publish(f"{number}, and more words than the name of a button has room for")
    window = open_window().open(carol)
    names = [button.get_attribute("aria-label") or "" for button in window.tweets.get_by_role("button").all()]
    assert [re.sub(r"^Delete “(\d).*…”$", r"\1", name) for name in names] == ["2", "1", "0"]


def tab_to(window: Window, what: str) -> None:
    """Presses Tab until `what` has the focus. Fails when the focus is invisible on the way."""
    for _ in range(30):
        window.page.keyboard.press("Tab")
        assert window.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        if window.focused() == what:
            return
    raise AssertionError(f"Tab does not lead to {what!r}")
