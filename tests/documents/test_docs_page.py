"""The documentation page works in a browser, and needs no other host."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from cluster.perch_process import running_perch
from tests.built import built
from tests.documents.chromium import TIMEOUT_MS, chromium


@pytest.fixture
def service(tmp_path: Path) -> Iterator[str]:
    with running_perch(tmp_path) as perch:
        yield perch.url


@pytest.fixture
def page() -> Iterator[Page]:
    with chromium() as browser:
        page = browser.new_page()
        page.set_default_timeout(TIMEOUT_MS)
        yield page


def test_a_tweet_is_published_from_the_page(page: Page, service: str) -> None:
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))

    page.goto(f"{service}/docs")
    sign_in(page, "alice")
    operation = page.locator("#operations-tweets-publish_tweet")
    operation.locator(".opblock-summary").click()
    operation.get_by_role("button", name="Execute").click()
    answer = operation.locator(".live-responses-table")

    expect(answer.locator(".response-col_status").last).to_contain_text("201", timeout=TIMEOUT_MS)
    expect(answer).to_contain_text('"author_id": "alice"', timeout=TIMEOUT_MS)
    assert f"{service}/v1/tweets" in asked
    assert {urlsplit(url).netloc for url in asked if not url.startswith("data:")} == {urlsplit(service).netloc}
    assert faults == []


def sign_in(page: Page, user_id: str) -> None:
    page.get_by_role("button", name="Authorize").click()
    form = page.locator(".auth-container", has_text="X-User-Id")
    form.get_by_role("textbox").fill(user_id)
    form.get_by_role("button", name="Apply credentials").click()
    page.get_by_role("button", name="Close").last.click()


def test_the_page_does_not_repeat_the_host_of_the_request() -> None:
    client = built().app.test_client()
    ours = client.get("/docs/").data
    assert client.get("/docs/", headers={"Host": "elsewhere.example"}).data == ours
    assert client.get("/docs", headers={"Host": "elsewhere.example"}).headers["Location"] == "/docs/"
