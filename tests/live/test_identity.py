"""A user is identified by a name in the address, or by a token in memory."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.perch_process import running_perch
from tests.http.tokens import HS256, shared
from tests.live.conftest import OpenWindow, SignIn
from tests.live.window import Window


@pytest.fixture(scope="module")
def token_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_perch(tmp_path_factory.mktemp("tokens"), **HS256) as perch:
        yield perch.url


def enter(window: Window, what: str) -> None:
    window.page.locator("#who").fill(what)
    window.page.get_by_role("button", name="Enter").click()


def test_a_reload_keeps_the_name_and_a_switch_needs_no_reload(
    open_window: OpenWindow, sign_in: SignIn, alice: str, bob: str
) -> None:
    sign_in(alice).publish("hers")
    window = open_window().open()
    expect(window.page.locator("#who")).to_be_focused()
    enter(window, alice)
    expect(window.tweet("hers")).to_be_visible()
    assert window.page.url == f"{window.url}/#{alice}"
    window.page.reload()
    expect(window.tweet("hers")).to_be_visible()
    window.page.evaluate("window.same = true")

    window.page.get_by_role("link", name="Switch user").click()
    expect(window.page.locator("#home")).to_be_hidden()
    enter(window, bob)

    expect(window.page.locator("#you-name")).to_have_text(bob)
    expect(window.page.locator("#empty")).to_be_visible()
    expect(window.tweets).to_have_count(0)
    window.page.go_back()
    window.page.go_back()
    expect(window.tweet("hers")).to_be_visible()
    assert window.page.evaluate("window.same")
    assert window.page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]


def test_the_entrance_refuses_invalid_names(open_window: OpenWindow) -> None:
    window = open_window().open()
    error = window.page.locator("#who-error")
    for name in ("me", "..", "a b", "ä", "x" * 65, "%"):
        enter(window, name)
        expect(error).to_contain_text("Use 1 to 64 of these characters:")
        window.page.locator("#who").fill("")
        expect(error).to_be_empty()
        window.page.goto(f"{window.url}/#{name}")
        expect(error).to_contain_text("Use 1 to 64 of these characters:")


def test_the_page_stores_nothing_of_a_token(open_window: OpenWindow, token_service: str) -> None:
    window = open_window(token_service).open()
    field = window.page.get_by_label("Bearer token")
    expect(field).to_have_attribute("type", "password")
    enter(window, shared(sub="zoë"))
    expect(window.page.locator("#who-error")).to_have_text("This token does not name a user.")
    enter(window, shared(sub="alice"))
    window.expect_state("Live")
    expect(window.page.locator("#you-name")).to_have_text("alice")
    expect(field).to_have_value("")
    window.publish("by token")
    expect(window.tweet("by token")).to_be_visible()
    assert window.page.url == f"{token_service}/"
    assert window.page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]

    window.page.get_by_role("link", name="Switch user").click()
    enter(window, shared(sub="bob"))
    expect(window.page.locator("#empty")).to_be_visible()
    window.follow("alice")
    expect(window.tweet("by token")).to_be_visible()
    window.page.reload()
    expect(field).to_be_visible()


def test_two_users_with_tokens_see_each_others_tweets(open_window: OpenWindow, token_service: str) -> None:
    hers, his = open_window(token_service).open(), open_window(token_service).open()
    enter(hers, shared(sub="carol"))
    enter(his, shared(sub="dave"))
    his.follow("carol")
    expect(his.followees()).to_have_text(["carol"])
    hers.expect_state("Live")
    his.expect_state("Live")
    hers.publish("across")
    expect(his.tweet("across")).to_be_visible()


def test_an_expired_token_leads_back_to_the_entrance(open_window: OpenWindow, token_service: str) -> None:
    window = open_window(token_service).open()
    enter(window, shared(exp=int(time.time()) - 1000))
    expect(window.page.locator("#who-error")).not_to_be_empty()
    expect(window.page.locator("#entrance")).to_be_visible()
    expect(window.page.locator("#home")).to_be_hidden()


def test_the_page_refuses_a_name_that_the_gateway_replaces(open_window: OpenWindow, alice: str, bob: str) -> None:
    window = open_window()
    window.page.route("**/v1/**", lambda route: route.continue_(headers={**route.request.headers, "x-user-id": bob}))
    window.page.goto(f"{window.url}/#{alice}")
    expect(window.page.locator("#who-error")).to_have_text("Perch knows you by another name.")
    enter(window, bob)
    window.expect_state("Live")


def test_a_user_who_leaves_frees_the_stream(open_window: OpenWindow, tmp_path: Path) -> None:
    with running_perch(tmp_path, MAX_STREAMS="1") as perch:
        window = open_window(perch.url).open("alice")
        window.page.get_by_role("link", name="Switch user").click()
        enter(window, "bob")
        window.expect_state("Live")
