"""What goes out, as JSON bytes."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode

import orjson
from flask import Response

from domain.tweet import Tweet
from infrastructure.http.envelope import Environ
from infrastructure.http.whole_response import WholeResponse

RENDERED_TWEETS_MAX = 16_384
"""About 8 MiB; then all are forgotten."""

_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_rendered: dict[int, tuple[Tweet, bytes]] = {}


def timestamp(unix_ms: int) -> str:
    """RFC 3339 in UTC with milliseconds."""
    moment = _UNIX_EPOCH + timedelta(milliseconds=unix_ms)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def render_tweet(tweet: Tweet) -> bytes:
    # A tweet never changes, and most reads are of the same newest tweets. Two Perches in a process may share an id.
    known = _rendered.get(tweet.id)
    if known is not None and known[0] is tweet:
        return known[1]
    if len(_rendered) >= RENDERED_TWEETS_MAX:
        # Rendering so many anew takes a few hundredths of a second; to know the one read longest ago, each read more.
        _rendered.clear()
    rendered = _render(tweet)
    _rendered[tweet.id] = tweet, rendered
    return rendered


def _render(tweet: Tweet) -> bytes:
    return orjson.dumps(
        {
            "id": str(tweet.id),
            "author_id": tweet.author_id,
            "text": tweet.text,
            "created_at": timestamp(tweet.created_at_ms),
        }
    )


def json_response(body: bytes, status: int = 200, headers: Iterable[tuple[str, str]] = ()) -> Response:
    return WholeResponse(body, status, headers)


def no_content() -> Response:
    response = Response(status=204)
    del response.headers["Content-Type"]
    return response


def page_response(
    environ: Environ, items: Iterable[bytes], next_cursor: str | None, since_id: int | None = None
) -> Response:
    """A page of rendered items; a next page is named in the body and by a `Link` header."""
    # Not by orjson, of which even the shortest text takes 1.7 µs; here is nothing to escape.
    cursor = b"null" if next_cursor is None else b'"%b"' % next_cursor.encode()
    poll = b"" if since_id is None else b',"since_id":"%d"' % since_id
    body = b'{"data":[%b],"meta":{"next_cursor":%b%b}}' % (b",".join(items), cursor, poll)
    headers = () if next_cursor is None else (("Link", f'<{_next_url(environ, next_cursor)}>; rel="next"'),)
    return json_response(body, 200, headers)


def _next_url(environ: Environ, next_cursor: str) -> str:
    path, asked = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
    if not asked:
        return f"{path}?cursor={next_cursor}"
    kept = [(name, value) for name, value in parse_qsl(asked) if name not in ("cursor", "since_id")]
    return f"{path}?{urlencode([*kept, ('cursor', next_cursor)])}"
