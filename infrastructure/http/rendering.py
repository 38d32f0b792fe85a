"""Functions that render answers as JSON."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode

import orjson

from domain.tweet import Tweet
from infrastructure.http.declaration import JSON
from infrastructure.http.envelope import Environ, Headers
from infrastructure.http.reply import Reply, whole
from usecases.allowance import AllowanceLeft

RENDERED_TWEETS_MAX = 16_384
"""The most rendered tweets in the cache: about 8 MiB."""

LINE_SEPARATORS = {character.encode(): rb"\u%04x" % ord(character) for character in "\x85\u2028\u2029"}
"""The line separators that JSON allows in a string, with their escapes. Some clients of streams split lines at them."""

RenderTweet = Callable[[Tweet], bytes]

_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def timestamp(unix_ms: int) -> str:
    """Returns the time in RFC 3339, UTC, with milliseconds."""
    moment = _UNIX_EPOCH + timedelta(milliseconds=unix_ms)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class RenderedTweets:
    """A cache of tweets' JSON by id. Tweets never change, and most reads return the same newest ones."""

    def __init__(self, kept_max: int = RENDERED_TWEETS_MAX) -> None:
        self._kept_max = kept_max
        self._kept: dict[int, bytes] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def render(self, tweet: Tweet) -> bytes:
        """Returns the tweet as JSON."""
        rendered = self._kept.get(tweet.id)
        if rendered is None:
            if len(self._kept) >= self._kept_max:
                # To render all again takes some hundredths of a second; an LRU order would cost time on every read.
                self._kept.clear()
            # orjson's bytes keep the whole buffer, 4 KB or more; a copy does not.
            rendered = self._kept[tweet.id] = bytes(memoryview(render_tweet(tweet)))
        return rendered


def render_tweet(tweet: Tweet) -> bytes:
    """Returns the tweet as JSON, on one line for every reader of lines."""
    rendered = orjson.dumps(
        {
            "id": str(tweet.id),
            "author_id": tweet.author_id,
            "text": tweet.text,
            "created_at": timestamp(tweet.created_at_ms),
        }
    )
    for separator, escaped in LINE_SEPARATORS.items():
        rendered = rendered.replace(separator, escaped)
    return rendered


def json_response(body: bytes, status: int = 200, headers: Iterable[tuple[str, str]] = ()) -> Reply:
    return whole(status, JSON, body, headers)


def no_content(headers: Sequence[tuple[str, str]] = ()) -> Reply:
    return Reply(204, headers)


def limit_headers(left: AllowanceLeft | None) -> Headers:
    """Returns the rate limit headers of the answer to a write; none if writes are not limited."""
    if left is None:
        return []
    return [
        ("X-RateLimit-Limit", str(left.limit)),
        ("X-RateLimit-Remaining", str(left.writes)),
        ("X-RateLimit-Reset", str(left.reset_seconds)),
    ]


def page_response(
    environ: Environ, items: Iterable[bytes], next_cursor: str | None, since_id: int | None = None
) -> Reply:
    """Returns a page of rendered items, with the next page's cursor in the body and a `Link` header."""
    # Without orjson, which takes 1.7 µs even for the shortest text; nothing here needs escaping.
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
