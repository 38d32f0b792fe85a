"""The fan-out panel shows the worker's metrics."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.conftest import StartPerch
from tests.live.conftest import OpenWindow, SignIn
from tests.live.window import Window

METRICS = "**/metrics"


def meter(window: Window, label: str) -> Locator:
    return window.page.locator("#meters > div").filter(has_text=label).locator(".number")


def test_the_queue_depth_grows_without_a_worker(open_window: OpenWindow, start_perch: StartPerch) -> None:
    window = open_window(start_perch("--no-worker").url).open("alice")
    expect(meter(window, "Queue depth")).to_have_text("0")
    expect(meter(window, "Delay until pushed")).to_have_text("none yet")
    for number in range(3):
        window.publish(f"tweet {number}")
        expect(window.tweets).to_have_count(number + 1)
    expect(meter(window, "Queue depth")).to_have_text("3")
    expect(window.page.locator("#fan-out-brief")).to_have_text("3 queued")
    expect(meter(window, "Dead letters")).to_have_text("0")
    bars = window.page.locator("#meters .bars").first.get_attribute("d") or ""
    assert re.search(r"v-24$", bars), bars


def test_the_panel_shows_the_delay_until_pushed(open_window: OpenWindow, alice: str) -> None:
    window = open_window().open(alice)
    expect(meter(window, "Queue depth")).to_be_visible()
    window.publish("hello")
    expect(meter(window, "Delay until pushed")).to_have_text(re.compile(r"^(under 1 ms|\d+ ms|\d+\.\d s)$"))


@pytest.mark.parametrize("status", [403, 404])
def test_the_page_works_without_public_metrics(
    open_window: OpenWindow, sign_in: SignIn, alice: str, bob: str, status: int
) -> None:
    window = open_window()
    window.page.route(METRICS, lambda route: route.fulfill(status=status))
    sign_in(bob).follow(alice)
    window.open(bob)
    expect(window.page.locator("#meters-note")).to_have_text("The metrics are not available here.")
    expect(window.page.locator("#meters")).to_be_hidden()
    expect(window.page.locator("#notice")).to_be_hidden()
    sign_in(alice).publish("all the same")
    expect(window.tweet("all the same")).to_be_visible()
