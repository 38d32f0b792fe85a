"""`python -m tests.live.screenshots` replaces the pictures of the live page in docs/. It takes a minute."""

import base64
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from playwright.sync_api import Browser, expect

from app.compose import build, open_adapters
from infrastructure.clock import SystemClock
from tests.built import settings_of
from tests.documents.chromium import chromium
from tests.e2e.perch_process import REPOSITORY
from tests.http.client import Client
from tests.http.wire import OverSocket
from tests.live.window import Window
from tests.serving import serving

DOCS = REPOSITORY / "docs"
HALF = (720, 800)
WIDE = (1040, 800)
GAP = 24
NARROW = (360, 720)
BUSY_SECONDS = 25.0
FOLLOWERS = 3000
MINUTE_MS = 60_000

FOLLOWS = {"alice": ["erin", "dave", "carol", "bob"], "bob": ["dave", "carol", "alice"]}
STORY = [
    (190, "carol", "Morning. The harbour is under fog, and the gulls are walking."),
    (187, "dave", "Same here. You can hear the ferry, but you cannot see it."),
    (121, "erin", "Fresh bread at the corner shop.\nThey open at seven on Sundays now."),
    (58, "bob", "Found the old map of the river. It had four arms in 1860 — where did the others go?"),
    (41, "carol", "Under Mill Street, Chapel Row and the market. You can still hear the second one after rain."),
    (12, "dave", "Fog is gone. Twelve sails out already."),
    (3, "alice", "Walk along the second arm at three? Meet at the mill."),
    (0, "carol", "I am in."),
]
SIDE_BY_SIDE = """<style>
    body {{ margin: 0; padding: {0}px; display: flex; gap: {0}px; background: #c3d3ce; }}
    img {{ border-radius: 10px; box-shadow: 0 2px 14px rgb(0 0 0 / 28%); }}
</style><img src="data:image/png;base64,{1}"><img src="data:image/png;base64,{2}">"""


class ShiftedClock(SystemClock):
    """A clock that is `behind_ms` behind."""

    behind_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() - self.behind_ms


def main() -> None:
    logging.disable()
    clock = ShiftedClock()
    settings = settings_of()
    perch = build(settings, open_adapters(settings, clock=clock))
    with serving(perch, settings) as url, chromium() as browser:
        tell_story(url, clock)
        with busy(url):
            alice, bob = (window(browser, url, name) for name in ("alice", "bob"))
            alice.page.wait_for_timeout(BUSY_SECONDS * 1000)
            bob.publish("Three it is. I bring the map.")
            expect(alice.tweets).to_have_count(len(STORY) + 1)
            beside(browser, [settled(alice), settled(bob)])
            dark = window(browser, url, "alice", scheme="dark", size=WIDE)
            dark.page.wait_for_timeout(BUSY_SECONDS * 1000)
            (DOCS / "live-page-dark.png").write_bytes(settled(dark))
            (DOCS / "live-page-narrow.png").write_bytes(settled(window(browser, url, "bob", size=NARROW)))


def window(
    browser: Browser, url: str, name: str, *, scheme: Literal["light", "dark"] = "light", size: tuple[int, int] = HALF
) -> Window:
    width, height = size
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce")
    return Window(page, url).open(name)


def settled(window: Window) -> bytes:
    window.page.mouse.move(0, 0)
    window.page.evaluate("document.activeElement.blur()")
    return window.page.screenshot()


def beside(browser: Browser, pictures: list[bytes]) -> None:
    """Saves one picture of two windows side by side."""
    page = browser.new_page(viewport={"width": 2 * HALF[0] + 3 * GAP, "height": HALF[1] + 2 * GAP})
    page.set_content(SIDE_BY_SIDE.format(GAP, *(base64.b64encode(picture).decode() for picture in pictures)))
    page.screenshot(path=DOCS / "live-page.png")


def tell_story(url: str, clock: ShiftedClock) -> None:
    transport = OverSocket(url)
    for follower, followees in FOLLOWS.items():
        for followee in followees:
            Client(transport, follower).follow(followee)
    for minutes, author, text in STORY:
        clock.behind_ms = minutes * MINUTE_MS
        Client(transport, author).publish(text)
    for number in range(FOLLOWERS):
        Client(transport, f"reader{number}").follow("news")
    transport.close()


@contextmanager
def busy(url: str) -> Iterator[None]:
    """Publishes at a changing rate, so that the meters of the worker change."""
    over = threading.Event()

    def publish() -> None:
        news = Client(OverSocket(url), "news")
        rounds = 0
        while not over.wait(0.15 + 1.5 * (rounds % 7 == 0)):
            rounds += 1
            for _ in range(rounds * 5 % 23):
                news.publish()

    thread = threading.Thread(target=publish)
    thread.start()
    yield
    over.set()
    thread.join()


if __name__ == "__main__":
    main()
