"""A browser window that shows the live page."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, expect

TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation",
    ({ violatedDirective, blockedURI }) => console.error(`POLICY ${violatedDirective} ${blockedURI}`));
"""


class Window:
    """Acts as a user, and records script errors, violations of the content policy, and the hosts of all requests."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.faults: list[str] = []
        self.hosts: set[str] = set()
        page.add_init_script(TELL_VIOLATIONS)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda message: self._note(message.text))
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))

    def open(self, user_id: str = "", state: str = "Live") -> "Window":
        """Opens the page as this user and waits for the state; without a user, waits for the entrance."""
        self.page.goto(f"{self.url}/#{user_id}" if user_id else self.url)
        if user_id:
            self.expect_state(state)
            expect(self.page.locator("#loading")).to_be_hidden()
        else:
            expect(self.page.locator("#entrance")).to_be_visible()
        return self

    def expect_state(self, state: str) -> None:
        expect(self.page.locator("#connection")).to_have_text(state)

    @property
    def tweets(self) -> Locator:
        return self.page.locator("#tweets > li")

    def tweet(self, text: str) -> Locator:
        return self.tweets.filter(has=self.page.get_by_text(text, exact=True))

    def texts(self) -> list[str]:
        return self.page.locator("#tweets .text").all_text_contents()

    def publish(self, text: str) -> None:
        self.page.get_by_label("New tweet").fill(text)
        self.page.get_by_role("button", name="Publish").click()

    def follow(self, user_id: str) -> None:
        self.page.get_by_label("User to follow").fill(user_id)
        self.page.get_by_role("button", name="Follow", exact=True).click()

    def unfollow(self, user_id: str) -> None:
        self.page.get_by_role("button", name=f"Unfollow {user_id}", exact=True).click()

    def followees(self) -> Locator:
        return self.page.locator("#followees .name")

    def open_panels(self) -> None:
        """Opens the panels, which are closed at first on narrow screens."""
        self.page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")

    def read_to_the_end(self) -> None:
        """Scrolls down until the first tweet is reached."""
        end = "() => { scrollTo(0, document.body.scrollHeight); return !document.getElementById('end').hidden; }"
        self.page.wait_for_function(end)

    def focused(self) -> str:
        """Returns the id, the label or the text of the focused element."""
        what: str = self.page.evaluate(
            "(({ id, ariaLabel, textContent }) => id || ariaLabel || textContent)(document.activeElement)"
        )
        return re.sub(r"\s+", " ", what).strip()

    def _note(self, message: str) -> None:
        if message.startswith("POLICY") or "Content Security Policy" in message:
            self.faults.append(message)
