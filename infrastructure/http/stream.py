"""The route of the stream: a home timeline as server-sent events (https://html.spec.whatwg.org/#server-sent-events)."""

import random
from collections.abc import Iterator

from flask import Blueprint, Response

from domain.tweet import Tweet
from domain.tweet_id import parse_tweet_id
from infrastructure.http.endpoint import Answer, Caller, Declaration, Endpoints
from infrastructure.http.envelope import REQUEST_ID, WHEN_GONE, Environ
from infrastructure.http.problems import invalid
from infrastructure.http.rendering import render_tweet
from infrastructure.log import get_logger
from usecases.home_timeline.stream import HomeTimelineStream, StreamHomeTimeline, StreamHomeTimelineRequest

log = get_logger("perch.http")

LAST_EVENT_ID_HEADER = "Last-Event-ID"
MEDIA_TYPE = "text/event-stream"

HEARTBEAT_SECONDS = 4.0
"""The contract allows 15; this often, a client that vanished without a word is noticed within those."""

RETRY_MS = 1000, 3000
"""When clients come back after the end: spread, so that they do not all come at once."""

DECLARED = Declaration(Answer(200, media_type=MEDIA_TYPE), Caller.USER, problems=("overloaded",))

_HEADERS = [
    ("Content-Type", MEDIA_TYPE),
    # Has nginx pass on what comes when it comes (https://nginx.org/en/docs/http/ngx_http_proxy_module.html).
    ("X-Accel-Buffering", "no"),
]


def stream_blueprint(endpoint: Endpoints, stream: StreamHomeTimeline) -> Blueprint:
    """`/v1/users/me/timeline/stream`."""
    routes = Blueprint("stream", __name__)

    @routes.get("/v1/users/<me>/timeline/stream")
    @endpoint(DECLARED)
    def stream_home_timeline(caller: str, environ: Environ) -> Response:
        """Stream the home timeline: each new tweet of the users that the caller follows, as it is published.

        Events are `tweet`, with the tweet's id, oldest first. With `Last-Event-ID` it goes on after that tweet, without
        it starts now. Comments keep the connection alive; an `id` without data says how far the stream has come.
        """
        opened = stream.execute(StreamHomeTimelineRequest(caller, _last_event_id(environ)))
        when_gone = environ.get(WHEN_GONE)
        if when_gone is not None:
            when_gone(opened.close)
        return Response(EventStream(opened, environ[REQUEST_ID]), headers=_HEADERS)

    return routes


class EventStream:
    """The body of the answer. Iterating blocks while nothing is new; `close`, from any thread, ends it."""

    def __init__(self, stream: HomeTimelineStream, request_id: str) -> None:
        self._stream = stream
        self._request_id = request_id

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._events()
        except Exception:
            log.exception("stream_failed", request_id=self._request_id)
        yield b"retry: %d\n\n" % random.randint(*RETRY_MS)

    def _events(self) -> Iterator[bytes]:
        yield self._heartbeat()
        for batch in self._stream.batches(HEARTBEAT_SECONDS):
            yield b"".join(map(_event, batch)) if batch else self._heartbeat()

    def close(self) -> None:
        self._stream.close()

    def _heartbeat(self) -> bytes:
        """A comment, and how far the stream has come, so that a client who has seen no tweet yet misses none either."""
        return b":\nid: %d\n\n" % self._stream.position


def _event(tweet: Tweet) -> bytes:
    return b"event: tweet\nid: %d\ndata: %b\n\n" % (tweet.id, render_tweet(tweet))


def _last_event_id(environ: Environ) -> int | None:
    sent: str = environ.get("HTTP_LAST_EVENT_ID", "").strip(" \t")
    if not sent:
        return None
    tweet_id = parse_tweet_id(sent)
    if tweet_id is None:
        raise invalid("This must be the id of the last event that was received.", header=LAST_EVENT_ID_HEADER)
    return tweet_id
