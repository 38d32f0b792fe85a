"""What goes out, as JSON bytes."""

import functools
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode

import orjson
from flask import Response, request

from domain.tweet import Tweet
from domain.tweet_id import created_at_ms

RENDERED_TWEETS_MAX = 16_384
"""About 8 MiB of the tweets that were read last."""

_JSON = ("Content-Type", "application/json")
_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def timestamp(unix_ms: int) -> str:
    """RFC 3339 in UTC with milliseconds."""
    moment = _UNIX_EPOCH + timedelta(milliseconds=unix_ms)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def render_tweet(tweet: Tweet) -> bytes:
    return _rendered(tweet.id, tweet.author_id, tweet.text)


@functools.lru_cache(RENDERED_TWEETS_MAX)
def _rendered(tweet_id: int, author_id: str, text: str) -> bytes:
    # A tweet never changes, and most reads are of the same newest tweets.
    return orjson.dumps(
        {
            "id": str(tweet_id),
            "author_id": author_id,
            "text": text,
            "created_at": timestamp(created_at_ms(tweet_id)),
        }
    )


def json_response(body: bytes, status: int = 200) -> Response:
    return Response(body, status, [_JSON])


def no_content() -> Response:
    response = Response(status=204)
    del response.headers["Content-Type"]
    return response


def page_response(items: Iterable[bytes], next_cursor: str | None, since_id: int | None = None) -> Response:
    """A page of rendered items; a next page is named in the body and by a `Link` header."""
    meta: dict[str, str | None] = {"next_cursor": next_cursor}
    if since_id is not None:
        meta["since_id"] = str(since_id)
    headers = [_JSON]
    if next_cursor is not None:
        headers.append(("Link", f'<{_next_url(next_cursor)}>; rel="next"'))
    body = b'{"data":[' + b",".join(items) + b'],"meta":' + orjson.dumps(meta) + b"}"
    return Response(body, 200, headers)


def _next_url(next_cursor: str) -> str:
    if not request.query_string:
        return f"{request.path}?cursor={next_cursor}"
    asked = parse_qsl(request.query_string.decode())
    kept = [(name, value) for name, value in asked if name not in ("cursor", "since_id")]
    return f"{request.path}?{urlencode([*kept, ('cursor', next_cursor)])}"
