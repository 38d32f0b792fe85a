"""The page is accessible: by keyboard, on narrow screens, in both colour schemes."""

from typing import Any, Literal

import pytest
from playwright.sync_api import expect

from tests.documents.programs import node_file
from tests.live.conftest import OpenWindow, SignIn
from tests.live.window import Window

AXE = "axe-core/axe.min.js"


@pytest.fixture
def bob(sign_in: SignIn, alice: str, bob: str) -> str:
    """Returns Bob, who follows Alice; she has 25 tweets."""
    sign_in(bob).follow(alice)
    for number in range(25):
        sign_in(alice).publish(f"tweet {number}")
    sign_in(bob).publish("his own")
    return bob


def violations(window: Window) -> list[dict[str, Any]]:
    """Returns what axe finds after all animations have finished."""
    window.page.evaluate(node_file(AXE).read_text())
    window.page.evaluate("Promise.all(document.getAnimations().map((each) => each.finish()))")
    found: list[dict[str, Any]] = window.page.evaluate("axe.run().then(({ violations }) => violations)")
    return [{"rule": each["id"], "where": [node["html"] for node in each["nodes"]]} for each in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 720])
def test_axe_finds_nothing(
    open_window: OpenWindow, sign_in: SignIn, alice: str, bob: str, scheme: Literal["light", "dark"], width: int
) -> None:
    window = open_window()
    window.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    window.page.set_viewport_size({"width": width, "height": 700})
    window.open()
    window.page.get_by_role("button", name="Enter").click()
    expect(window.page.locator("#who-error")).not_to_be_empty()
    assert violations(window) == []

    window.open(alice)
    expect(window.tweets).to_have_count(20)
    assert violations(window) == []

    window.open(bob)
    window.open_panels()
    window.follow("me")
    window.publish("x" * 281)
    expect(window.page.locator("#text-error")).not_to_be_empty()
    window.page.evaluate("document.getElementById('older').scrollIntoView()")
    sign_in(alice).publish("news")
    expect(window.page.locator("#fresh")).to_be_visible()
    window.page.route("**/v1/**", lambda route: route.abort())
    window.page.evaluate("dispatchEvent(new Event('pagehide')); dispatchEvent(new Event('pageshow'))")
    expect(window.page.locator("#notice")).to_be_visible()
    assert violations(window) == []


def test_no_content_is_wider_than_a_narrow_screen(open_window: OpenWindow, sign_in: SignIn, bob: str) -> None:
    longest = "W" * 64
    sign_in(bob).follow(longest)
    sign_in(longest).publish("W" * 280)
    window = open_window()
    window.page.set_viewport_size({"width": 320, "height": 640})
    for user_id in ("", bob, longest):
        window.page.goto("about:blank")
        window.open(user_id)
        window.open_panels()
        assert window.page.evaluate("document.documentElement.scrollWidth") == 320


def test_wide_screens_have_two_columns_and_narrow_ones_have_one(open_window: OpenWindow, bob: str) -> None:
    window = open_window().open(bob)
    side, timeline = window.page.locator(".side"), window.page.locator("#timeline")
    for width, beside in ((1280, True), (720, True), (600, False)):
        window.page.set_viewport_size({"width": width, "height": 700})
        one, other = side.bounding_box(), timeline.bounding_box()
        assert one is not None
        assert other is not None
        assert (one["x"] + one["width"] <= other["x"]) == beside
        assert (one["y"] + one["height"] <= other["y"]) != beside


def test_reduced_motion_has_no_animations(open_window: OpenWindow, bob: str) -> None:
    window = open_window()
    window.page.emulate_media(reduced_motion="reduce")
    window.open(bob)
    assert window.page.evaluate("document.getAnimations().length") == 0


def test_every_action_works_by_keyboard(open_window: OpenWindow, sign_in: SignIn, alice: str, carol: str) -> None:
    sign_in(alice).publish("hers")
    window = open_window().open()
    press, type_ = window.page.keyboard.press, window.page.keyboard.type

    type_(carol)
    press("Enter")
    window.expect_state("Live")
    press("n")
    assert window.focused() == "text"
    type_("by keyboard, n and all")
    press("Control+Enter")
    expect(window.tweet("by keyboard, n and all")).to_be_visible()
    tab_to(window, "followee")
    type_(alice)
    press("Enter")
    expect(window.tweet("hers")).to_be_visible()
    expect(window.followees()).to_have_text([alice])
    tab_to(window, f"Unfollow {alice}")
    press("Enter")
    expect(window.tweet("hers")).to_have_count(0)
    expect(window.page.get_by_label("User to follow")).to_be_focused()
    tab_to(window, "Delete")
    press("Enter")
    press("Escape")
    assert window.focused() == "Delete"
    press("Enter")
    assert window.focused() == "Delete for good?"
    press("Enter")
    expect(window.tweets).to_have_count(0)
    assert window.focused() == "timeline-title"


def test_a_skip_link_leads_to_the_timeline(open_window: OpenWindow, bob: str) -> None:
    window = open_window().open(bob)
    window.page.keyboard.press("Tab")
    expect(window.page.get_by_role("link", name="Skip to the timeline")).to_be_in_viewport()
    window.page.keyboard.press("Enter")
    assert window.focused() == "timeline-title"
    assert window.page.url.endswith(f"#{bob}")


def tab_to(window: Window, what: str) -> None:
    """Presses Tab until `what` has the focus. Fails when the focus is invisible on the way."""
    for _ in range(12):
        window.page.keyboard.press("Tab")
        assert window.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        if window.focused() == what:
            return
    raise AssertionError(f"Tab does not lead to {what!r}")
