"""`python -m tests.live.screenshots` replaces the pictures of the live page in docs/. It takes a minute."""

import base64
import logging
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from playwright.sync_api import Browser, expect

from app.compose import build, open_adapters
from cluster.perch_process import REPOSITORY
from infrastructure.clock import SystemClock
from load.client import Address
from load.client import Client as DemoClient
from load.demo import Life
from load.demo_crowd import Talk, crowd
from tests.built import settings_of
from tests.documents.chromium import chromium
from tests.http.client import Client
from tests.http.wire import OverSocket
from tests.live.window import Window
from tests.serving import serving

DOCS = REPOSITORY / "docs"
WIDE = (1200, 820)
NARROW = (390, 820)
GAP = 20
SEED = 7
HISTORY_MINUTES = 300
HISTORY_TWEETS = 80
PACE = 3.0
BUSY_SECONDS = 40.0
MINUTE_MS = 60_000

YOU = "ada"
YOU_FOLLOW = ("caspar", "noor", "greta", "wren", "ivo", "lev")
YOU_SAY = "Third arm of the river, today at four. @wren brings the map, I bring the cake."
SIDE_BY_SIDE = """<style>
    body {{ margin: 0; padding: {0}px; display: flex; gap: {0}px; background: #c3d3ce; }}
    img {{ border-radius: 10px; box-shadow: 0 2px 14px rgb(0 0 0 / 28%); }}
</style>{1}"""


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
    rng = random.Random(SEED)
    with serving(perch, settings) as url, chromium() as browser:
        talk = Talk(rng)
        tell_history(url, clock, talk)
        light, phone = window(browser, url), window(browser, url, scheme="dark", size=NARROW)
        light.publish(YOU_SAY)
        expect(light.tweet(YOU_SAY)).to_be_visible()
        phone.go("#/explore")
        beside(browser, [settled(light), settled(phone)], WIDE[0] + NARROW[0])
        dark = window(browser, url, scheme="dark").go("#/users/caspar")
        (DOCS / "live-page-dark.png").write_bytes(settled(dark))
        (DOCS / "live-page-narrow.png").write_bytes(settled(window(browser, url, size=NARROW)))
        with talking(url, talk, rng):
            operators = window(browser, url, size=(900, 500)).go("#/fan-out")
            operators.page.wait_for_timeout(BUSY_SECONDS * 1000)
            (DOCS / "live-page-fan-out.png").write_bytes(settled(operators))


def tell_history(url: str, clock: ShiftedClock, talk: Talk) -> None:
    """The demo's crowd, with the tweets of some hours."""
    transport = OverSocket(url)
    follows = [*crowd().follows, *((YOU, each) for each in YOU_FOLLOW), *((each, YOU) for each in YOU_FOLLOW[:4])]
    for follower, followee in follows:
        Client(transport, follower).follow(followee)
    for number in range(HISTORY_TWEETS):
        # The closer to now, the more often.
        clock.behind_ms = int(HISTORY_MINUTES * (1 - number / HISTORY_TWEETS) ** 2 * MINUTE_MS)
        author, text = talk.tweet()
        Client(transport, author).publish(text)
    clock.behind_ms = 0
    transport.close()


@contextmanager
def talking(url: str, talk: Talk, rng: random.Random) -> Iterator[None]:
    over = threading.Event()
    with DemoClient(Address.parse(url)) as client:
        thread = threading.Thread(target=Life(client, talk, rng).go_on, args=(PACE, over))
        thread.start()
        yield
        over.set()
        thread.join()


def window(
    browser: Browser, url: str, *, scheme: Literal["light", "dark"] = "light", size: tuple[int, int] = WIDE
) -> Window:
    width, height = size
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce")
    return Window(page, url).open(YOU)


def settled(window: Window) -> bytes:
    """A picture from the top, once everything has come to rest; the click closes the composer."""
    window.page.mouse.click(2, 200)
    window.page.evaluate("document.activeElement.blur()")
    window.page.evaluate("scrollTo(0, 0)")
    window.page.wait_for_timeout(1500)
    return window.page.screenshot()


def beside(browser: Browser, pictures: list[bytes], width: int) -> None:
    """Saves one picture of windows side by side."""
    page = browser.new_page(viewport={"width": width + (len(pictures) + 1) * GAP, "height": WIDE[1] + 2 * GAP})
    images = "".join(f'<img src="data:image/png;base64,{base64.b64encode(each).decode()}">' for each in pictures)
    page.set_content(SIDE_BY_SIDE.format(GAP, images))
    page.screenshot(path=DOCS / "live-page.png")


if __name__ == "__main__":
    main()
