"""The view for operators shows what the fan-out does, and asks for the metrics only while it is open."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.conftest import StartPerch
from tests.live.conftest import OpenWindow, SignIn
from tests.live.window import Window

METRICS = "**/metrics"


def meter(window: Window, label: str) -> Locator:
    return window.section.locator(".meters > div").filter(has_text=label).locator(".number")


def test_outbox_and_queue_grow_without_a_worker(open_window: OpenWindow, start_perch: StartPerch) -> None:
    window = open_window(start_perch("--no-worker").url).open("alice")
    for number in range(3):
        window.publish(f"tweet {number}")
        expect(window.tweets).to_have_count(number + 1)
    window.go("#/fan-out")
    expect(meter(window, "Outbox")).to_have_text("3")
    expect(meter(window, "Queue")).to_have_text("3")
    expect(meter(window, "Delay")).to_have_text("none yet")
    expect(meter(window, "Dead letters")).to_have_text("0")
    bars = window.section.locator(".meters .bars").first.get_attribute("d") or ""
    assert re.search(r"v-24$", bars), bars


def test_the_view_shows_the_delay_until_pushed(open_window: OpenWindow, sign_in: SignIn, alice: str) -> None:
    window = open_window().open(at="#/fan-out")
    window.go("#/fan-out")
    expect(meter(window, "Outbox")).to_be_visible()
    sign_in(alice).publish("hello")
    expect(meter(window, "Delay")).to_have_text(re.compile(r"^(under 1 ms|\d+ ms|\d+\.\d s)$"))


def test_the_metrics_are_asked_only_while_the_view_is_open(open_window: OpenWindow, alice: str) -> None:
    window = open_window()
    asked: list[str] = []
    window.page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/metrics") else None)
    window.page.clock.install()
    window.open(alice)
    window.page.clock.run_for(60_000)
    assert asked == []
    window.go("#/fan-out")
    expect(meter(window, "Outbox")).to_be_visible()
    with window.page.expect_request(METRICS):
        window.page.clock.run_for(3_000)
    window.go("#/home")
    seen = len(asked)
    window.page.clock.run_for(60_000)
    expect(window.empty).to_be_visible()
    assert len(asked) == seen


@pytest.mark.parametrize("status", [403, 404])
def test_the_page_works_without_public_metrics(
    open_window: OpenWindow, sign_in: SignIn, alice: str, bob: str, status: int
) -> None:
    window = open_window()
    window.page.route(METRICS, lambda route: route.fulfill(status=status))
    sign_in(bob).follow(alice)
    window.open(bob, at="#/fan-out")
    expect(window.empty).to_contain_text("metrics are not here")
    expect(window.section.locator(".meters")).to_be_hidden()
    expect(window.page.locator("#notice")).to_be_hidden()
    sign_in(alice).publish("all the same")
    window.go("#/home")
    expect(window.tweet("all the same")).to_be_visible()
