"""The form in which a hint leaves the process: JSON with a version.

A later version may add fields to version 1: who reads it ignores what it does not know. Anything else is a new version.
"""

import re
from typing import Any

import orjson

from domain.events import TweetCreated
from domain.tweet_id import parse_tweet_id
from domain.user import is_user_id

VERSION = 1

BYTES_MAX = 4096
"""The longest hint that is read. Those that Perch writes have at most 350 bytes."""

_TRACE_ID = re.compile(r"[A-Za-z0-9_-]{0,128}")

_SPAN_ID = re.compile(r"([0-9a-f]{16})?")


class BadHint(Exception):
    """What was taken is not a hint. The text is a sentence that says why."""


def encode(event: TweetCreated) -> bytes:
    """Returns the hint as JSON in UTF-8."""
    hint = {
        "version": VERSION,
        "tweet_id": str(event.tweet_id),
        "author_id": event.author_id,
        "trace_id": event.trace_id,
    }
    if event.span_id:
        hint["span_id"] = event.span_id
    return orjson.dumps(hint)


def decode(body: bytes) -> TweetCreated:
    """Returns the hint; raises `BadHint` if the body is none, or is one of another version.

    Whether there is such a tweet is not asked: one that was deleted or pushed meanwhile is none any more, too.
    """
    document = _document(body)
    version = document.get("version")
    if version != VERSION or isinstance(version, bool):
        raise BadHint(f"The version is {_shown(version)}; this Perch reads version {VERSION}.")
    trace_id = document.get("trace_id")
    if not isinstance(trace_id, str) or not _TRACE_ID.fullmatch(trace_id):
        raise BadHint(f"trace_id is not up to 128 of A-Z a-z 0-9 _ - but {_shown(trace_id)}.")
    span_id = document.get("span_id", "")
    if not isinstance(span_id, str) or not _SPAN_ID.fullmatch(span_id):
        raise BadHint(f"span_id is not 16 of 0-9 a-f but {_shown(span_id)}.")
    author_id = document.get("author_id")
    if not isinstance(author_id, str) or not is_user_id(author_id):
        raise BadHint(f"author_id is not the id of a user but {_shown(author_id)}.")
    return TweetCreated(_tweet_id(document.get("tweet_id")), author_id, trace_id, span_id)


def _document(body: bytes) -> dict[str, Any]:
    if len(body) > BYTES_MAX:
        raise BadHint(f"It has {len(body)} bytes; a hint has at most {BYTES_MAX}.")
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadHint(f"It is not JSON: {error.msg}.") from None
    if not isinstance(document, dict):
        raise BadHint("It is not a JSON object.")
    return document


def _tweet_id(sent: object) -> int:
    tweet_id = parse_tweet_id(sent) if isinstance(sent, str) else None
    if not tweet_id:
        raise BadHint(f"tweet_id is not the id of a tweet, in decimal as a string, but {_shown(sent)}.")
    return tweet_id


def _shown(value: object) -> str:
    return ascii(value)[:100]
