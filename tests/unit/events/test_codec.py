"""Hints are decoded strictly, and the reason says what is wrong."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.events import TweetCreated
from domain.tweet_id import MAX_TWEET_ID, next_tweet_id
from infrastructure.events.codec import BYTES_MAX, BadHint, decode, encode

NOW_MS = 1_790_000_000_000
HINT = TweetCreated(next_tweet_id(0, NOW_MS, 0), "alice", "4bf92f3577b34da6a3ce929d0e0e4736")
FIELDS = {"version": 1, "tweet_id": str(HINT.tweet_id), "author_id": "alice", "trace_id": HINT.trace_id}


def test_a_hint_is_readable_json() -> None:
    assert orjson.loads(encode(HINT)) == FIELDS


def test_a_hint_survives_the_way() -> None:
    traced = TweetCreated(HINT.tweet_id, "alice", HINT.trace_id, "00f067aa0ba902b7")
    for hint in (HINT, traced, TweetCreated(1, "a" * 64), TweetCreated(HINT.tweet_id, "_.-", "A" * 128)):
        assert decode(encode(hint)) == hint
        assert len(encode(hint)) < 350


def test_fields_that_a_later_perch_adds_are_ignored() -> None:
    assert decode(orjson.dumps({**FIELDS, "new": [1]})) == HINT


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"version": 2}, "The version is 2; this Perch reads version 1."),
        ({"version": None}, "The version is None"),
        ({"version": True}, "The version is True"),
        ({"version": "1"}, "The version is '1'"),
        ({"tweet_id": HINT.tweet_id}, "tweet_id is not"),
        ({"tweet_id": "0"}, "tweet_id is not"),
        ({"tweet_id": "-1"}, "tweet_id is not"),
        ({"tweet_id": "01"}, "tweet_id is not"),
        ({"tweet_id": str(MAX_TWEET_ID + 1)}, "tweet_id is not"),
        ({"tweet_id": None}, "tweet_id is not"),
        ({"author_id": ""}, "author_id is not"),
        ({"author_id": "me"}, "author_id is not"),
        ({"author_id": "a" * 65}, "author_id is not"),
        ({"author_id": 7}, "author_id is not"),
        ({"trace_id": "a b"}, "trace_id is not"),
        ({"span_id": 7}, "span_id is not"),
        ({"span_id": "00f067aa0ba902b7\n"}, "span_id is not"),
        ({"trace_id": "a" * 129}, "trace_id is not"),
        ({"trace_id": "a\n"}, "trace_id is not"),
        ({"trace_id": None}, "trace_id is not"),
    ],
)
def test_a_wrong_field_is_named(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(BadHint, match="^" + reason.replace(".", r"\.")):
        decode(orjson.dumps({**FIELDS, **changes}))


@pytest.mark.parametrize("missing", FIELDS)
def test_a_missing_field_is_named(missing: str) -> None:
    with pytest.raises(BadHint, match=missing):
        decode(orjson.dumps({name: value for name, value in FIELDS.items() if name != missing}))


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b"[" * 5000, b'{"version": NaN}', b'"hint"', b"[]", b"null", b"1"]
)
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(BadHint, match=r"It (is not|has)"):
        decode(body)


def test_what_is_too_long_is_refused_unread() -> None:
    with pytest.raises(BadHint, match=f"at most {BYTES_MAX}"):
        decode(encode(HINT) + b" " * BYTES_MAX)


@given(
    st.binary(max_size=200) | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(repr).map(str.encode)
)
def test_nothing_but_bad_hint_is_raised(body: bytes) -> None:
    with pytest.raises(BadHint):
        decode(body)
