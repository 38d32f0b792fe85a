"""A browser window that shows the live page."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, expect

TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation",
    ({ violatedDirective, blockedURI }) => console.error(`POLICY ${violatedDirective} ${blockedURI}`));
"""
GO = """(address) => location.hash === address || new Promise((resolve) => {
    addEventListener("hashchange", resolve, { once: true });
    location.hash = address;
})"""
SECTION = "main > section:not([hidden])"


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

    def open(self, user_id: str = "", at: str = "#/home", state: str = "Live") -> "Window":
        """Opens the page as this user at an address, and waits for the state; without a user, as a guest."""
        self.page.goto(f"{self.url}/")
        if user_id:
            self.enter(user_id)
            expect(self.page.locator("#you-name")).to_have_text(user_id)
            self.expect_state(state)
            self.go(at)
        else:
            expect(self.page.locator("#entrance")).to_be_visible()
        return self

    def enter(self, what: str) -> None:
        """Enters a name or a token. Somebody else in this window leaves first."""
        entrance, you = self.page.locator("#entrance"), self.page.locator("#you")
        expect(entrance.or_(you).locator("visible=true").first).to_be_visible()
        if you.is_visible():
            self.page.get_by_role("button", name="Switch user").click()
        self.page.locator("#who").fill(what)
        self.page.get_by_role("button", name="Enter").click()

    def go(self, address: str) -> "Window":
        """Goes to an address as a link does, and waits for what it shows."""
        self.page.evaluate(GO, address)
        self.loaded()
        return self

    def loaded(self) -> None:
        expect(self.section.locator("[aria-busy=true]")).to_have_count(0)

    def expect_state(self, state: str) -> None:
        # A guest's state is hidden, and says "Live", too.
        expect(self.page.locator("#connection:visible")).to_have_text(state)

    @property
    def section(self) -> Locator:
        """The view that is shown."""
        return self.page.locator(SECTION)

    @property
    def title(self) -> Locator:
        return self.page.locator("#title")

    @property
    def tweets(self) -> Locator:
        return self.section.locator(".feed .tweets > li")

    @property
    def fresh(self) -> Locator:
        """The button that shows new tweets."""
        return self.section.locator(".fresh button")

    @property
    def empty(self) -> Locator:
        return self.section.locator(".empty")

    @property
    def end(self) -> Locator:
        return self.section.locator(".end")

    def tweet(self, text: str) -> Locator:
        return self.tweets.filter(has=self.page.get_by_text(text, exact=True))

    def shown_texts(self) -> Locator:
        return self.tweets.locator(".text")

    def texts(self) -> list[str]:
        return self.shown_texts().all_text_contents()

    def people(self) -> Locator:
        """The names of a list of people."""
        return self.section.locator(".people .person .name")

    def write(self, text: str) -> None:
        self.page.get_by_label("New tweet").fill(text)

    def publish(self, text: str) -> None:
        self.write(text)
        self.page.get_by_role("button", name="Publish").click()

    def publish_at_home(self, text: str) -> None:
        self.page.locator("#nav").get_by_role("link", name="Home").click()
        self.publish(text)

    def follow(self, user_id: str) -> None:
        """Follows on the user's page, and goes back to where the user was."""
        self._press_on_page_of(user_id, "Follow", "Unfollow")

    def unfollow(self, user_id: str) -> None:
        self._press_on_page_of(user_id, "Unfollow", "Follow")

    def _press_on_page_of(self, user_id: str, press: str, then: str) -> None:
        self.go(f"#/users/{user_id}")
        with self.page.expect_response(lambda response: response.request.method in {"PUT", "DELETE"}):
            self.section.locator(".profile").get_by_role("button", name=f"{press} {user_id}", exact=True).click()
        expect(self.section.locator(".profile").get_by_role("button", name=f"{then} {user_id}")).to_be_visible()
        self.page.go_back()
        self.loaded()

    def read_to_the_end(self) -> None:
        """Scrolls down until the first tweet is reached."""
        end = f"""() => {{
            scrollTo(0, document.body.scrollHeight);
            return !document.querySelector("{SECTION} .end").hidden;
        }}"""
        self.page.wait_for_function(end)

    def scroll_y(self) -> float:
        y: float = self.page.evaluate("scrollY")
        return y

    def focused(self) -> str:
        """Returns the id, the label or the text of the focused element."""
        what: str = self.page.evaluate(
            "(({ id, ariaLabel, textContent }) => id || ariaLabel || textContent)(document.activeElement)"
        )
        return re.sub(r"\s+", " ", what).strip()

    def _note(self, message: str) -> None:
        if message.startswith("POLICY") or "Content Security Policy" in message:
            self.faults.append(message)
