"""The page is light, and loads nothing that it does not need."""

from playwright.sync_api import expect

from tests.live.conftest import OpenWindow, SignIn

SENT_BYTES_MAX = 100_000
SENT = """() => ["navigation", "resource"].flatMap((each) => performance.getEntriesByType(each))
    .map(({ name, transferSize }) => [name, transferSize])"""


def test_the_page_needs_under_100_kb_in_all(open_window: OpenWindow, sign_in: SignIn, alice: str, bob: str) -> None:
    sign_in(bob).follow(alice)
    for number in range(20):
        sign_in(alice).publish(f"{number}: a tweet of a usual length, so that the page is as large as it usually is.")
    window = open_window().open(bob)
    expect(window.tweets).to_have_count(20)
    sent: dict[str, int] = dict(window.page.evaluate(SENT))
    print(f"{len(sent)} answers, {sum(sent.values())} bytes with their headers")
    assert 20_000 < sum(sent.values()) < SENT_BYTES_MAX
    assert [name for name in sent if name.endswith(("/openapi.json", "/metrics", "/docs"))] == []
