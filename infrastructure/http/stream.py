"""The route of the stream: a home timeline as server-sent events (https://html.spec.whatwg.org/#server-sent-events)."""

import random
from collections.abc import Iterator

from flask import Blueprint

from domain.errors import Unavailable
from domain.tweet import Tweet
from domain.tweet_id import parse_tweet_id
from infrastructure.http.declaration import Answer, Caller, Declaration, RequestHeader
from infrastructure.http.endpoint import Call, Endpoints
from infrastructure.http.envelope import REQUEST_ID, WHEN_GONE
from infrastructure.http.fields import TWEET_ID_PATTERN
from infrastructure.http.given_ids import GivenIds
from infrastructure.http.problems import invalid
from infrastructure.http.rendering import RenderTweet
from infrastructure.http.reply import Reply
from infrastructure.http.schemas import StreamParameters
from infrastructure.log import get_logger
from usecases.home_timeline.stream import HomeTimelineStream, StreamHomeTimeline, StreamHomeTimelineRequest

log = get_logger("perch.http")

LAST_EVENT_ID_HEADER = "Last-Event-ID"
MEDIA_TYPE = "text/event-stream"

HEARTBEAT_SECONDS = 4.0
"""The interval of heartbeats. The contract allows 15; a shorter one detects within 15 that a client is gone."""

RETRY_MS = 1000, 3000
"""The bounds of the random time after which a client reconnects, so that not all clients reconnect at once."""

DECLARED = Declaration(
    Answer(200, media_type=MEDIA_TYPE),
    StreamParameters(),
    Caller.USER,
    # RFC 9111, section 5.2.2.6: a proxy that compresses would hold events back until it has enough of them.
    cache_control="private, no-store, no-transform",
    problems=("overloaded",),
    headers=[
        RequestHeader(
            LAST_EVENT_ID_HEADER,
            "The id of the last event received, or a `since_id`. Without it the stream starts now.",
            {"type": "string", "pattern": TWEET_ID_PATTERN},
        )
    ],
)

_HEADERS = [
    ("Content-Type", MEDIA_TYPE),
    # Turns off nginx's buffering (https://nginx.org/en/docs/http/ngx_http_proxy_module.html).
    ("X-Accel-Buffering", "no"),
]


def stream_blueprint(
    endpoint: Endpoints, stream: StreamHomeTimeline, render: RenderTweet, given: GivenIds
) -> Blueprint:
    """Returns the route `/v1/users/me/timeline/stream`."""
    routes = Blueprint("stream", __name__)

    @routes.get("/v1/users/<me>/timeline/stream")
    @endpoint(DECLARED)
    def stream_home_timeline(call: Call[str]) -> Reply:
        """Stream the home timeline: each new tweet of the users that the caller follows, as it is published.

        Events are `tweet`, with the tweet's id, oldest first, and `delete`, without an `id` line, for a tweet that was
        deleted while the stream was open. With `Last-Event-ID`, or `lastEventId` in the query, the stream resumes after
        that tweet; without it, it starts now. Comments keep the connection alive; an `id` without data is the stream's
        position.
        """
        opened = stream.execute(StreamHomeTimelineRequest(call.caller, _last_event_id(call, given)))
        when_gone = call.environ.get(WHEN_GONE)
        if when_gone is not None:
            when_gone(opened.close)
        return Reply(200, _HEADERS, EventStream(opened, render, call.environ[REQUEST_ID]))

    return routes


class EventStream:
    """The body of the answer. Iteration blocks while nothing is new. Any thread may `close` it, which ends it."""

    def __init__(self, stream: HomeTimelineStream, render: RenderTweet, request_id: str) -> None:
        self._stream = stream
        self._render = render
        self._request_id = request_id

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._events()
        except Unavailable as error:
            log.warning("stream_unavailable", request_id=self._request_id, error=str(error))
        except Exception:
            log.exception("stream_failed", request_id=self._request_id)
        yield b"retry: %d\n\n" % random.randint(*RETRY_MS)

    def _events(self) -> Iterator[bytes]:
        yield self._heartbeat()
        for batch in self._stream.batches(HEARTBEAT_SECONDS):
            events = [*map(self._tweet, batch), *map(_deletion, self._stream.take_deleted())]
            yield b"".join(events) or self._heartbeat()

    def close(self) -> None:
        self._stream.close()

    def _heartbeat(self) -> bytes:
        """Returns a comment with the stream's position, so that a client without a tweet yet can resume, too."""
        return b":\nid: %d\n\n" % self._stream.position

    def _tweet(self, tweet: Tweet) -> bytes:
        return b"event: tweet\nid: %d\ndata: %b\n\n" % (tweet.id, self._render(tweet))


def _deletion(tweet_id: int) -> bytes:
    # Without an id, because a client resumes after the last tweet that it got.
    return b'event: delete\ndata: {"id":"%d"}\n\n' % tweet_id


def _last_event_id(call: Call[str], given: GivenIds) -> int | None:
    header: str = call.environ.get("HTTP_LAST_EVENT_ID", "").strip(" \t")
    sent = header or call.taken
    if not sent:
        return None
    where = {"header": LAST_EVENT_ID_HEADER} if header else {"parameter": "lastEventId"}
    tweet_id = parse_tweet_id(sent)
    if tweet_id is None:
        raise invalid("This must be the id of the last event that was received.", **where)
    given.check(tweet_id, **where)
    return tweet_id
