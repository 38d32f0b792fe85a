"""Unit tests of the page's modules that only compute values."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

STREAM = (
    "\ufeff: a comment\r\n\r\nid: 5\n\n"
    'event: tweet\nid: 7\ndata: {"text":\r\ndata:  "\U0001f426 ä"}\r\n\r\n'
    "data\n\n"
    "retry: 2500\rretry: 1e3\r\r"
    "event: other\nunknown: x\ndata:a: b\n\n"
    "id: 9\x00\nid: 8\n\n"
    "data: never ended\n"
)
EVENTS = [
    {"type": "tweet", "data": '{"text":\n "\U0001f426 ä"}', "lastEventId": "7"},
    {"type": "message", "data": "", "lastEventId": "7"},
    {"type": "other", "data": "a: b", "lastEventId": "7"},
]
PARSE = """async ({ bytes, size }) => {
    const { EventParser } = await import("/live/sse.js");
    const all = new Uint8Array(bytes);
    const parse = (cuts) => {
        const parser = new EventParser("3");
        const events = [];
        for (let start = 0; start < all.length; ) {
            const end = cuts.find((cut) => cut > start) ?? all.length;
            events.push(...parser.push(all.slice(start, end)));
            start = end;
        }
        return { events, lastEventId: parser.lastEventId, retry: parser.retry };
    };
    const everywhere = [...all.keys()];
    return [[], everywhere, ...everywhere.map((cut) => [cut])].map(parse);
}"""


@pytest.fixture(scope="module")
def page(browser: Browser, service: str) -> Iterator[Page]:
    with browser.new_page() as page:
        page.goto(service)
        yield page


def test_the_parser_accepts_bytes_in_pieces_of_any_size(page: Page) -> None:
    readings = page.evaluate(PARSE, {"bytes": list(STREAM.encode())})
    assert len(readings) == len(STREAM.encode()) + 2
    expected = {"events": EVENTS, "lastEventId": "8", "retry": 2500}
    assert [reading for reading in readings if reading != expected] == []


def test_the_parser_returns_an_event_with_its_last_byte(page: Page) -> None:
    # A parser that waited for the line feed after a return would hold an event back until the next one.
    pushed = """async (text) => {
        const { EventParser } = await import("/live/sse.js");
        return new EventParser().push(new TextEncoder().encode(text)).length;
    }"""
    for end in ("\n\n", "\r\r", "\r\n\r\n", "\r\n\r"):
        assert page.evaluate(pushed, f"data: x{end}") == 1


def tweets(*ids: str) -> list[dict[str, str]]:
    return [{"id": id_} for id_ in ids]


def first_page(page: Page, held: list[str], read: list[str], **how: Any) -> tuple[list[str], bool]:  # noqa: ANN401
    """Returns the ids after a new read of the first page, and whether older tweets were kept."""
    script = """async ({ held, page, how }) => {
        const { withFirstPage } = await import("/live/tweets.js");
        const { tweets, kept } = withFirstPage(held, page, { ...how, arrived: new Set(how.arrived) });
        return [tweets.map(({ id }) => id), kept];
    }"""
    meta = {"since_id": how.pop("since_id"), "next_cursor": how.pop("next_cursor", "more")}
    answer = {"data": tweets(*read), "meta": meta}
    how = {"arrived": [], "knownUpTo": "100", "keepOlder": True} | how
    ids, kept = page.evaluate(script, {"held": tweets(*held), "page": answer, "how": how})
    return ids, kept


def test_a_new_first_page_replaces_what_was_held(page: Page) -> None:
    # 99 has fewer digits than 100: ids must be compared as numbers.
    held = ["101", "100", "99", "98"]
    assert first_page(page, held, ["100", "99"], since_id="101") == (["100", "99", "98"], True)
    assert first_page(page, held, ["100", "99"], since_id="101", next_cursor=None) == (["100", "99"], False)
    assert first_page(page, held, ["100", "99"], since_id="101", keepOlder=False) == (["100", "99"], False)
    assert first_page(page, held, [], since_id="0", next_cursor=None) == ([], False)


def test_tweets_that_arrive_during_a_read_stay(page: Page) -> None:
    held = ["103", "102", "100", "99"]
    read = first_page(page, held, ["101", "100"], since_id="102", arrived=["103", "102"])
    assert read == (["103", "101", "100", "99"], True)


def test_older_tweets_are_dropped_below_a_gap(page: Page) -> None:
    assert first_page(page, ["100", "99"], ["140", "130"], since_id="140") == (["140", "130"], False)


def test_ids_are_compared_exactly(page: Page) -> None:
    script = """async ([one, other]) => (await import("/live/tweets.js")).isNewer(one, other)"""
    assert page.evaluate(script, ["9223372036854775807", "9223372036854775806"]) is True
    assert page.evaluate(script, ["9223372036854775806", "9223372036854775807"]) is False


def test_metrics_are_summed_by_name(page: Page) -> None:
    script = """async (text) => [...(await import("/live/metrics.js")).parseMetrics(text)]"""
    text = '# HELP a b\na 1\nb_total{x="} 7"} 2.5\nb_total{x="y"} 1e3\nc_bucket{le="+Inf"} 3.0 123\n\n'
    assert page.evaluate(script, text) == [["a", 1], ["b_total", 1002.5], ["c_bucket", 3]]


@pytest.mark.parametrize(
    ("then", "said"),
    [
        ("2026-11-22T12:00:30Z", "now"),
        ("2026-11-22T11:59:30Z", "now"),
        ("2026-11-22T11:59:00Z", "1 min"),
        ("2026-11-22T11:00:30Z", "60 min"),
        ("2026-11-22T09:00:00Z", "3 h"),
        ("2026-11-12T12:00:00Z", "Nov 12"),
        ("2025-11-12T12:00:00Z", "Nov 12, 2025"),
    ],
)
def test_times_are_relative_to_now(page: Page, then: str, said: str) -> None:
    script = """async (then) =>
        (await import("/live/time.js")).relative(new Date(then), new Date("2026-11-22T12:00:00Z"))"""
    assert page.evaluate(script, then) == said
