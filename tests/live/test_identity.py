"""A user is identified by a name that the window remembers, by a token in memory, or by the gateway."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from cluster.perch_process import PerchProcess, running_perch
from tests.documents.chromium import TIMEOUT_MS
from tests.e2e.gateway import PASSWORD, Gateway
from tests.http.client import Client
from tests.http.tokens import HS256, shared
from tests.http.wire import OverSocket
from tests.live.conftest import OpenWindow, SignIn
from tests.live.window import Window

STORED = "[localStorage.length, sessionStorage.length, document.cookie]"


@pytest.fixture(scope="module")
def token_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_perch(tmp_path_factory.mktemp("tokens"), **HS256) as perch:
        yield perch.url


def test_a_reload_keeps_the_name_and_a_switch_needs_no_reload(
    open_window: OpenWindow, sign_in: SignIn, alice: str, bob: str
) -> None:
    sign_in(alice).publish("hers")
    window = open_window().open(alice)
    expect(window.tweet("hers")).to_be_visible()
    window.page.reload()
    expect(window.tweet("hers")).to_be_visible()
    window.page.evaluate("window.same = true")

    window.page.get_by_role("button", name="Switch user").click()
    expect(window.page.locator("#who")).to_be_focused()
    expect(window.page.locator("#compose")).to_be_hidden()
    window.enter(bob)
    expect(window.page.locator("#you-name")).to_have_text(bob)
    window.go("#/home")

    expect(window.empty).to_be_visible()
    assert window.page.evaluate("window.same")
    assert window.page.evaluate("[localStorage.length, document.cookie]") == [0, ""]


def test_two_windows_are_two_users(open_window: OpenWindow, alice: str, bob: str) -> None:
    hers, his = open_window().open(alice), open_window().open(bob)
    for window, name in ((hers, alice), (his, bob)):
        window.page.reload()
        expect(window.page.locator("#you-name")).to_have_text(name)


def test_the_entrance_refuses_invalid_names(open_window: OpenWindow) -> None:
    window = open_window().open()
    error = window.page.locator("#who-error")
    for name in ("me", "..", "a b", "ä", "x" * 65, "%"):
        window.enter(name)
        expect(error).to_contain_text("Use 1 to 64 of these characters:")
        window.page.locator("#who").fill("")
        expect(error).to_be_empty()


def test_the_page_stores_nothing_of_a_token(open_window: OpenWindow, token_service: str) -> None:
    window = open_window(token_service).open()
    field = window.page.get_by_label("Bearer token")
    expect(field).to_have_attribute("type", "password")
    window.enter("no token")
    expect(window.page.locator("#who-error")).not_to_be_empty()
    window.enter(shared(sub="alice"))
    window.expect_state("Live")
    expect(window.page.locator("#you-name")).to_have_text("alice")
    expect(field).to_have_value("")
    window.go("#/home")
    window.publish("by token")
    expect(window.tweet("by token")).to_be_visible()
    assert window.page.evaluate(STORED) == [0, 0, ""]

    window.enter(shared(sub="bob"))
    window.expect_state("Live")
    window.go("#/home")
    expect(window.empty).to_be_visible()
    window.follow("alice")
    expect(window.tweet("by token")).to_be_visible()
    window.go("#/users/alice")
    window.page.reload()
    expect(field).to_be_visible()
    expect(window.title).to_have_text("alice")
    assert window.page.evaluate(STORED) == [0, 0, ""]


def test_two_users_with_tokens_see_each_others_tweets(open_window: OpenWindow, token_service: str) -> None:
    hers, his = open_window(token_service).open(), open_window(token_service).open()
    for window, name in ((hers, "carol"), (his, "dave")):
        window.enter(shared(sub=name))
        window.expect_state("Live")
        window.go("#/home")
    his.follow("carol")
    hers.publish("across")
    expect(his.tweet("across")).to_be_visible()


def test_an_expired_token_is_refused_at_the_entrance(open_window: OpenWindow, token_service: str) -> None:
    window = open_window(token_service).open()
    window.enter(shared(exp=int(time.time()) - 1000))
    expect(window.page.locator("#who-error")).not_to_be_empty()
    expect(window.page.locator("#you")).to_be_hidden()


def test_a_token_that_expires_leads_back_to_the_entrance(open_window: OpenWindow, token_service: str) -> None:
    window = open_window(token_service).open()
    window.enter(shared())
    window.expect_state("Live")
    window.page.route("**/v1/users/me/**", lambda route: route.fulfill(status=401, json={"detail": "It has expired."}))
    window.page.evaluate("dispatchEvent(new Event('online'))")
    expect(window.page.locator("#who-error")).to_have_text("It has expired.")
    expect(window.page.locator("#you")).to_be_hidden()


@pytest.mark.parametrize("is_answered", [False, True])
def test_what_was_not_sent_when_a_token_expired_is_sent_once_in_the_next_session(
    open_window: OpenWindow, token_service: str, *, is_answered: bool
) -> None:
    window = open_window(token_service).open()
    window.enter(shared())
    window.expect_state("Live")
    window.page.route("**/v1/tweets", lambda route: route.abort())
    text = f"not sent yet, {is_answered}"
    window.publish(text)
    window.write("half a")
    expect(window.page.locator("#pending > li")).to_contain_text("as soon as it does, once")
    window.page.route("**/v1/users/me/**", lambda route: route.fulfill(status=401, json={"detail": "It has expired."}))
    if is_answered:
        window.page.route("**/v1/tweets", lambda route: route.fulfill(status=401, json={"detail": "It has expired."}))
        expect(window.page.locator("#pending > li")).to_contain_text("Not published: It has expired.")
    window.page.evaluate("dispatchEvent(new Event('online'))")
    expect(window.page.locator("#you")).to_be_hidden()

    window.page.unroute("**/v1/users/me/**")
    window.page.unroute("**/v1/tweets")
    window.enter(shared())
    window.expect_state("Live")
    window.go("#/home")
    expect(window.tweet(text)).to_have_count(1)
    expect(window.page.locator("#pending > li")).to_have_count(0)
    expect(window.page.get_by_label("New tweet")).to_have_value("half a")


@pytest.fixture
def perch_behind_nginx(tmp_path: Path) -> Iterator[tuple[PerchProcess, Gateway]]:
    with running_perch(tmp_path) as perch, Gateway(tmp_path, perch.port, "ada", "ben") as gateway:
        yield perch, gateway


def test_behind_a_gateway_no_name_is_asked(browser: Browser, perch_behind_nginx: tuple[PerchProcess, Gateway]) -> None:
    perch, gateway = perch_behind_nginx
    url = f"http://127.0.0.1:{gateway.port}"
    windows = []
    for user in ("ada", "ben"):
        context = browser.new_context(http_credentials={"username": user, "password": PASSWORD})
        context.set_default_timeout(TIMEOUT_MS)
        window = Window(context.new_page(), url)
        window.page.goto(url)
        expect(window.page.locator("#you-name")).to_have_text(user)
        window.expect_state("Live")
        expect(window.page.locator("#entrance")).to_be_hidden()
        expect(window.page.get_by_role("button", name="Switch user")).to_be_hidden()
        windows.append(window.go("#/home"))
    hers, his = windows
    his.follow("ada")
    hers.publish("through nginx")
    expect(his.tweet("through nginx")).to_be_visible()
    his.go("#/fan-out")
    expect(his.empty).to_contain_text("metrics are not here")
    his.page.reload()
    expect(his.page.locator("#you-name")).to_have_text("ben")
    with closing(OverSocket(perch.url)) as transport:
        assert Client(transport, "ben").page("/v1/users/me/timeline")["data"][0]["author_id"] == "ada"
    for window in windows:
        assert window.faults == []
        window.page.context.close()


def test_a_gateway_that_names_another_user_wins(open_window: OpenWindow, alice: str, bob: str) -> None:
    window = open_window().open(alice)
    window.page.route("**/v1/**", lambda route: route.continue_(headers={**route.request.headers, "x-user-id": bob}))
    expect(window.page.locator("#you-name")).to_have_text(bob)


def test_a_user_who_leaves_frees_the_stream(open_window: OpenWindow, tmp_path: Path) -> None:
    with running_perch(tmp_path, MAX_STREAMS="1") as perch:
        window = open_window(perch.url).open("alice")
        window.enter("bob")
        window.expect_state("Live")
