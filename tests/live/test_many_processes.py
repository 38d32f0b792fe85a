"""The page on PostgreSQL: windows on different processes, and behind nginx in front of both."""

from pathlib import Path

from playwright.sync_api import expect

from tests.engines.conftest import start_fleet
from tests.engines.fleet import StartFleet
from tests.engines.shared_gateway import SharedGateway
from tests.live.conftest import OpenWindow

__all__ = ["start_fleet"]


def test_windows_on_two_processes_show_the_same(
    start_fleet: StartFleet, open_window: OpenWindow, alice: str, bob: str
) -> None:
    here, there = start_fleet(serve=2, work=1).serves
    hers, his = open_window(here.url).open(alice), open_window(there.url).open(bob)
    hers.publish("from before")
    his.follow(alice)
    expect(his.tweet("from before")).to_be_visible()

    hers.publish("just now")
    expect(his.tweet("just now")).to_be_visible()

    for press in ("Delete “just now”", "Delete for good? “just now”"):
        hers.tweet("just now").get_by_role("button", name=press).click()
    expect(his.tweet("just now")).to_have_count(0)
    expect(his.tweet("from before")).to_be_visible()


def test_windows_behind_nginx_are_live(
    start_fleet: StartFleet, open_window: OpenWindow, tmp_path: Path, alice: str, bob: str
) -> None:
    fleet = start_fleet(serve=2, work=1)
    with SharedGateway(tmp_path, [perch.port for perch in fleet.serves]) as nginx:
        url = f"http://127.0.0.1:{nginx.port}"
        hers, his = open_window(url).open(alice), open_window(url).open(bob)
        his.follow(alice)
        for text in ("one", "two", "three", "four"):
            hers.publish(text)
            expect(his.tweet(text)).to_be_visible()
