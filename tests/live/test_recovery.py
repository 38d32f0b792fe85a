"""The page recovers when the service restarts or the connection fails."""

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cluster.perch_process import PerchProcess
from tests.e2e.conftest import StartPerch
from tests.http.client import Client
from tests.http.wire import OverSocket
from tests.live.conftest import OpenWindow, SignIn

STREAM = "**/timeline/stream"
HIDE = """(hidden) => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""
FIRST = {"SECRET_KEY": "the key of the first service"}
SECOND = {"SECRET_KEY": "the key of the second service"}


def stop(perch: PerchProcess) -> None:
    perch.stop()


def kill(perch: PerchProcess) -> None:
    perch.process.kill()
    perch.process.wait()


@pytest.mark.parametrize("end", [stop, kill])
def test_after_a_restart_the_page_shows_the_data_of_the_new_service(
    open_window: OpenWindow, start_perch: StartPerch, end: Callable[[PerchProcess], None]
) -> None:
    perch = start_perch(**FIRST)
    with closing(OverSocket(perch.url)) as transport:
        Client(transport, "bob").follow("alice")
        for number in range(45):
            Client(transport, "alice").publish(f"tweet {number}")
    window = open_window(perch.url).open("bob")
    window.read_to_the_end()
    expect(window.tweets).to_have_count(45)
    window.page.evaluate("window.same = true")

    end(perch)
    window.expect_state("Reconnecting…")
    expect(window.page.locator("#notice")).to_contain_text("This page keeps trying.")
    expect(window.tweets).to_have_count(45)
    perch = start_perch(PORT=str(perch.port), **SECOND)

    window.expect_state("Live")
    expect(window.page.locator("#notice")).to_be_hidden()
    expect(window.empty).to_be_visible()
    expect(window.tweets).to_have_count(0)
    with closing(OverSocket(perch.url)) as transport:
        Client(transport, "bob").follow("alice")
        Client(transport, "alice").publish("after the restart")
    expect(window.tweet("after the restart")).to_be_visible()
    assert window.page.evaluate("window.same")


@pytest.mark.parametrize("end", [stop, kill])
def test_after_a_restart_on_the_same_database_the_page_goes_on_from_its_position(
    open_window: OpenWindow, start_perch: StartPerch, tmp_path: Path, end: Callable[[PerchProcess], None]
) -> None:
    database = {"DATABASE_URL": f"sqlite:///{tmp_path}/perch.db"}
    perch = start_perch(**database)
    with closing(OverSocket(perch.url)) as transport:
        Client(transport, "bob").follow("alice")
        for number in range(5):
            Client(transport, "alice").publish(f"tweet {number}")
    window = open_window(perch.url).open("bob")
    expect(window.tweets).to_have_count(5)

    end(perch)
    window.expect_state("Reconnecting…")
    perch = start_perch(PORT=str(perch.port), **database)

    window.expect_state("Live")
    with closing(OverSocket(perch.url)) as transport:
        Client(transport, "alice").publish("after the restart")
    expect(window.tweet("after the restart")).to_be_visible()
    expect(window.tweets).to_have_count(6)


def test_the_page_polls_until_a_stream_is_free(open_window: OpenWindow, start_perch: StartPerch) -> None:
    perch = start_perch(MAX_STREAMS="1")
    first = open_window(perch.url).open("alice")
    second = open_window(perch.url).open("bob", state="Polling")
    expect(second.page.locator("#notice")).to_contain_text("All live streams are in use.")
    second.follow("alice")
    first.publish("found by a poll")
    expect(second.tweet("found by a poll")).to_be_visible()
    second.expect_state("Polling")

    first.page.close()

    second.expect_state("Live")
    expect(second.page.locator("#notice")).to_be_hidden()


def test_the_page_starts_when_the_service_becomes_reachable(open_window: OpenWindow, start_perch: StartPerch) -> None:
    perch = start_perch()
    window = open_window(perch.url)
    window.page.route("**/v1/**", lambda route: route.abort())
    window.page.goto(perch.url)
    window.expect_state("Reconnecting…")
    expect(window.page.locator("#notice")).to_contain_text("This page keeps trying.")
    window.page.unroute("**/v1/**")
    expect(window.page.locator("#entrance")).to_be_visible()
    expect(window.page.locator("#notice")).to_be_hidden()
    window.enter("alice")
    window.expect_state("Live")


def test_the_page_retries_at_once_on_demand(open_window: OpenWindow, alice: str) -> None:
    window = open_window()
    window.page.clock.install()
    window.open(alice)
    stop_the_clock(window.page)
    window.page.route("**/v1/**", lambda route: route.abort())
    window.page.evaluate("dispatchEvent(new Event('pagehide')); dispatchEvent(new Event('pageshow'))")
    window.expect_state("Reconnecting…")
    window.page.clock.fast_forward(2_000)
    expect(window.page.locator("#notice")).to_contain_text("This page keeps trying.")
    window.page.unroute("**/v1/**")
    window.page.get_by_role("button", name="Try now").click()
    window.expect_state("Live")
    expect(window.page.locator("#notice")).to_be_hidden()


def test_no_stale_error_stays_after_an_outage(open_window: OpenWindow, start_perch: StartPerch, tmp_path: Path) -> None:
    database = {"DATABASE_URL": f"sqlite:///{tmp_path}/perch.db"}
    perch = start_perch(**database)
    with closing(OverSocket(perch.url)) as transport:
        Client(transport, "bob").follow("alice")
        for number in range(30):
            Client(transport, "alice").publish(f"tweet {number}")
    window = open_window(perch.url).open("bob", at="#/users/alice")
    expect(window.section.get_by_role("button", name="Unfollow alice")).to_be_visible()
    window.go("#/home")
    kill(perch)
    window.expect_state("Reconnecting…")
    window.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    fault, toast = window.section.locator(".foot .error"), window.page.locator("#toast")
    expect(fault).to_contain_text("Perch does not answer.")
    window.go("#/users/alice")
    window.section.get_by_role("button", name="Unfollow alice").click()
    expect(toast).to_contain_text("You still follow alice.")
    window.publish_at_home("through the outage")
    expect(window.page.locator("#pending")).to_contain_text("Perch does not answer.")

    start_perch(PORT=str(perch.port), **database)

    window.expect_state("Live")
    for place in (fault, toast, window.page.locator("#pending")):
        expect(place).to_be_empty()
    expect(window.page.locator("#notice")).to_be_hidden()
    expect(window.tweet("through the outage")).to_be_visible()
    expect(window.page.locator("[data-outage]")).to_have_count(0)


def test_a_paused_page_shows_missed_tweets_when_it_resumes(
    open_window: OpenWindow, sign_in: SignIn, alice: str, bob: str
) -> None:
    sign_in(bob).follow(alice)
    for number in range(30):
        sign_in(alice).publish(f"before {number}")
    window = open_window().open(bob)
    window.read_to_the_end()
    window.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
    window.expect_state("Paused")
    for number in range(25):
        sign_in(alice).publish(f"meanwhile {number}")

    window.page.evaluate("scrollTo(0, 0); dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")

    expect(window.tweet("meanwhile 24")).to_be_visible()
    window.read_to_the_end()
    assert window.texts() == [
        *(f"meanwhile {number}" for number in reversed(range(25))),
        *(f"before {number}" for number in reversed(range(30))),
    ]


def test_the_page_is_live_after_the_back_button(open_window: OpenWindow, sign_in: SignIn, alice: str) -> None:
    window = open_window().open(alice)
    window.page.goto(f"{window.url}/livez")
    sign_in(alice).publish("meanwhile")
    window.page.go_back()
    window.expect_state("Live")
    expect(window.tweet("meanwhile")).to_be_visible()


def test_the_page_reopens_a_silent_stream(open_window: OpenWindow, alice: str) -> None:
    window = open_window()
    window.page.clock.install()
    window.page.route(STREAM, lambda _: None)
    with window.page.expect_request(STREAM):
        window.open()
        window.enter(alice)
        window.expect_state("Connecting…")
    stop_the_clock(window.page)
    window.page.clock.fast_forward(31_000)
    window.expect_state("Reconnecting…")
    window.page.unroute(STREAM)
    window.page.clock.fast_forward(1_000)
    window.expect_state("Live")


def stop_the_clock(page: Page) -> None:
    """Stops the page's clock, so that only the test ends the page's pauses."""
    page.clock.pause_at(time.time() + 10)


def test_the_page_retries_at_once_when_the_browser_is_online(open_window: OpenWindow, alice: str) -> None:
    window = open_window()
    window.page.clock.install()
    window.open(alice)
    stop_the_clock(window.page)
    window.page.route("**/v1/**", lambda route: route.abort())
    window.page.evaluate("dispatchEvent(new Event('pagehide')); dispatchEvent(new Event('pageshow'))")
    window.expect_state("Reconnecting…")
    window.page.unroute("**/v1/**")
    window.page.evaluate("dispatchEvent(new Event('online'))")
    window.expect_state("Live")


def test_a_hidden_window_pauses_after_a_minute(open_window: OpenWindow, alice: str) -> None:
    window = open_window()
    window.page.clock.install()
    window.open(alice)
    stop_the_clock(window.page)
    window.page.evaluate(HIDE, True)
    window.page.clock.fast_forward(59_000)
    expect(window.page.locator("#connection")).not_to_have_text("Paused")
    window.page.clock.fast_forward(2_000)
    window.expect_state("Paused")
    window.page.evaluate("dispatchEvent(new Event('online'))")
    window.expect_state("Paused")
    window.page.evaluate(HIDE, False)
    window.expect_state("Live")
