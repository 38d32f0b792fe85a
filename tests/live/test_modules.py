"""Unit tests of the page's modules that only compute values."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from domain.errors import InvalidInput
from domain.tweet import normalise_text

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


def first_page(page: Page, held: list[str], read: list[str], **how: Any) -> tuple[list[str], bool, bool]:  # noqa: ANN401
    """Returns the ids after a new read of the first page, whether older ones were kept, and whether there is a gap."""
    script = """async ({ held, page, how }) => {
        const { withFirstPage } = await import("/live/tweets.js");
        const { tweets, kept, hasGap } = withFirstPage(held, page, { ...how, arrived: new Set(how.arrived) });
        return [tweets.map(({ id }) => id), kept, hasGap];
    }"""
    meta = {"since_id": how.pop("since_id"), "next_cursor": how.pop("next_cursor", "more")}
    answer = {"data": tweets(*read), "meta": meta}
    how = {"arrived": [], "knownUpTo": "100", "keepOlder": True} | how
    ids, kept, has_gap = page.evaluate(script, {"held": tweets(*held), "page": answer, "how": how})
    return ids, kept, has_gap


def test_a_new_first_page_replaces_what_was_held(page: Page) -> None:
    # 99 has fewer digits than 100: ids must be compared as numbers.
    held = ["101", "100", "99", "98"]
    assert first_page(page, held, ["100", "99"], since_id="101") == (["100", "99", "98"], True, False)
    assert first_page(page, held, ["100", "99"], since_id="101", next_cursor=None) == (["100", "99"], False, False)
    assert first_page(page, held, ["100", "99"], since_id="101", keepOlder=False) == (["100", "99"], False, False)
    assert first_page(page, held, [], since_id="0", next_cursor=None) == ([], False, False)


@pytest.mark.parametrize("since_id", ["102", None])
def test_tweets_that_arrive_during_a_read_stay(page: Page, since_id: str | None) -> None:
    """A list without `since_id` is complete up to its newest tweet."""
    held = ["103", "102", "100", "99"]
    read = first_page(page, held, ["101", "100"], since_id=since_id, arrived=["103"])
    assert read == (["103", "101", "100", "99"], True, False)


def test_older_tweets_are_dropped_below_a_gap(page: Page) -> None:
    assert first_page(page, ["100", "99"], ["140", "130"], since_id="140") == (["140", "130"], False, True)


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


TEXTS = [
    *("", " ", "\x1c\x85 x \u3000", "\ufeffx\ufeff", "\u200b", "\u2800", "\u3164\u115f", "\U00013441", "\U000e0020"),
    *("e\u0301" * 280, "e\u0301" * 281, "x" * 280, "x" * 281, f" {'x' * 280}\n", "\U0001f426" * 280, "a\0b", "\u00ad-"),
    *("\u0958" * 140, "\u0958" * 141, "\ufb2c" * 93, "\ufb2c" * 94),
]


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_the_page_knows_the_services_rules_for_texts(page: Page, text: str) -> None:
    script = """async (text) => {
        const { isPublishable, lengthOf } = await import("/live/text_rules.js");
        return [isPublishable(text, 280), lengthOf(text)];
    }"""
    publishable, length = page.evaluate(script, text)
    try:
        assert length == len(normalise_text(text, 280))
        accepted = True
    except InvalidInput:
        accepted = False
    assert publishable == accepted


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("@ada and @ben.", ["@ada", "@ben"]),
        ("(@ada), @a.b-c_d...", ["@ada", "@a.b-c_d"]),
        ("mail@example.org @me @. @@x /@y", []),
        (f"@{'a' * 64} @{'a' * 65}", [f"@{'a' * 64}"]),
        ("see https://example.org/x?y=1&z=(2), or http://a.b.", ["https://example.org/x?y=1&z=(2)", "http://a.b"]),
        (
            "(https://example.org/a) <https://example.org/b> “https://c.d”",
            [*("https://example.org/a", "https://example.org/b"), "https://c.d"],
        ),
        ("https:// http://[ javascript:alert(1) ftp://x.y #tag", []),
        ("https://example.org/@ada", ["https://example.org/@ada"]),
    ],
)
def test_mentions_and_web_addresses_are_links(page: Page, text: str, links: list[str]) -> None:
    script = """async (text) => {
        const parts = (await import("/live/text_view.js")).linked(text);
        const shown = parts.map((part) => part.textContent ?? part).join("");
        return [shown, parts.filter((part) => part.href).map((part) => part.textContent)];
    }"""
    assert page.evaluate(script, text) == [text, links]


def test_runs_of_blank_lines_are_folded(page: Page) -> None:
    script = """async (text) => (await import("/live/text_view.js")).folded(text)"""
    assert page.evaluate(script, "a\n\nb\n\n \n\t\n\n  c\nd") == "a\n\nb\n\n  c\nd"


def test_avatars_of_similar_names_differ(page: Page) -> None:
    script = """async (names) => {
        const { paintAvatar } = await import("/live/avatar.js");
        return names.map((name) => {
            const badge = document.createElement("span");
            paintAvatar(badge, name);
            return badge.style.cssText + badge.textContent;
        });
    }"""
    names = ["alice", "alicf", "alice1", "alice2", "Alice", "a", "b", *(f"user{number}" for number in range(100))]
    painted = page.evaluate(script, names)
    assert len(set(painted)) == len(names)
    hues = [re.search(r"--hue: (\d+)", style) for style in page.evaluate(script, ["alice1", "alice2", "alice3"])]
    assert len({int(hue[1]) // 20 for hue in hues if hue}) == 3


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("alice", "Al"),
        ("a", "A"),
        ("ada_lovelace", "Al"),
        ("user17", "U1"),
        ("janeDoe", "JD"),
        ("-.x", "-x"),
        ("9lives", "9l"),
    ],
)
def test_an_avatar_has_two_letters(page: Page, name: str, letters: str) -> None:
    assert page.evaluate("async (name) => (await import('/live/avatar.js')).initials(name)", name) == letters


@pytest.mark.parametrize(
    ("hash_", "address"),
    [
        ("#/home", {"view": "home"}),
        ("#/users/a.b-c_d", {"view": "users", "id": "a.b-c_d", "list": ""}),
        ("#/users/ada/followers", {"view": "users", "id": "ada", "list": "followers"}),
        ("#/tweets/9223372036854775807", {"view": "tweets", "id": "9223372036854775807"}),
        *(
            (wrong, None)
            for wrong in (
                "",
                "#",
                "#/",
                "#/x",
                "#/home/x",
                "#/users",
                "#/users/me",
                "#/users/a/b",
                "#/users/a/following/x",
            )
        ),
        *((wrong, None) for wrong in ("#/tweets/", "#/tweets/1/2", "#/tweets/-1", "#/users/a%2Fb")),
    ],
)
def test_addresses_name_views(page: Page, hash_: str, address: dict[str, str] | None) -> None:
    script = """async (hash) => (await import("/live/address.js")).parseAddress(hash)"""
    assert page.evaluate(script, hash_) == address
