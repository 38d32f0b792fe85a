"""The one place that names adapters."""

import random
import secrets
import threading
from collections.abc import Callable
from importlib.metadata import version
from typing import Protocol

from app.config import Settings
from app.perch import Perch
from infrastructure.background import BackgroundThread
from infrastructure.clock import SystemClock
from infrastructure.events.delivery_log import DeliveryLog
from infrastructure.events.event_queue import EventQueue
from infrastructure.events.fan_out import DeliveryEvent, FanOut
from infrastructure.events.subscriptions import Subscriptions
from infrastructure.events.worker import FanOutWorker
from infrastructure.http.access_log import log_request
from infrastructure.http.admin import admin_blueprint
from infrastructure.http.application import create_app
from infrastructure.http.cursors import Cursors
from infrastructure.http.docs import docs_blueprint
from infrastructure.http.endpoint import Endpoints
from infrastructure.http.health import health_blueprint
from infrastructure.http.identity import FixedKey, HeaderIdentity, Identity, JwtIdentity
from infrastructure.http.jwks import JwksKeys
from infrastructure.http.live_page import live_page_blueprint
from infrastructure.http.metrics import metrics_blueprint
from infrastructure.http.openapi import openapi_blueprint
from infrastructure.http.shed import ShedRequests
from infrastructure.http.stream import stream_blueprint
from infrastructure.http.timeline import timeline_blueprint
from infrastructure.http.tweets import tweets_blueprint
from infrastructure.http.users import follows_blueprint, users_blueprint
from infrastructure.http.write_limit import WriteLimitHeaders
from infrastructure.log import get_logger
from infrastructure.memory.dead_letters import MemoryDeadLetters
from infrastructure.memory.follow_graph import MemoryFollowGraph
from infrastructure.memory.idempotency_keys import MemoryIdempotencyKeys
from infrastructure.memory.timelines import MemoryTimelines
from infrastructure.memory.tweets import MemoryTweets
from infrastructure.memory.users import Users
from infrastructure.memory.write_allowance import FixedWindowAllowance, Unlimited
from infrastructure.metrics.collector import PerchCollector
from infrastructure.metrics.http_requests import HttpRequests
from infrastructure.metrics.push_times import PushTimes
from infrastructure.metrics.reads import ReadCounts
from infrastructure.metrics.registry import new_registry
from infrastructure.metrics.streams import StreamCollector
from infrastructure.metrics.threads import ThreadCollector
from usecases.delete_tweet import DeleteTweet
from usecases.deliver_tweet import DeliverTweet
from usecases.follow_user import FollowUser
from usecases.get_relationships import GetRelationships
from usecases.get_tweet import GetTweet
from usecases.get_user import GetUser
from usecases.home_timeline.prepare import PrepareHomeTimeline
from usecases.home_timeline.read import ReadHomeTimeline
from usecases.home_timeline.stream import StreamHomeTimeline
from usecases.list_dead_letters import ListDeadLetters
from usecases.list_followers import ListFollowers
from usecases.list_following import ListFollowing
from usecases.list_user_tweets import ListUserTweets
from usecases.publish_tweet import PublishTweet
from usecases.publish_tweet_once import PublishTweetOnce
from usecases.redrive_dead_letters import RedriveDeadLetters
from usecases.unfollow_user import UnfollowUser

log = get_logger("perch")

SLICE_SIZE = 1000
"""Followers a slice: 0.1 to 0.3 ms, short enough for readers to pass between two."""

HOUSEKEEPING_SECONDS = 10.0
"""How often idle timelines are looked for."""


class Clock(Protocol):
    def now_ms(self) -> int: ...

    def monotonic(self) -> float: ...


def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    jitter: Callable[[], float] = random.random,
    run_worker: bool = True,
) -> Perch:
    """Builds everything from the settings, and starts nothing.

    Without a worker, tweets stay unpushed until somebody calls `fan_out.step()`; readers see them all the same.
    """
    clock = clock or SystemClock()
    tweets = MemoryTweets(clock.now_ms, settings.node_id)
    users = Users()
    graph = MemoryFollowGraph(users)
    timelines = MemoryTimelines(users, settings.timeline_capacity, settings.timeline_idle_seconds, clock.monotonic)
    dead_letters = MemoryDeadLetters(settings.dead_letter_capacity)
    events = EventQueue(settings.event_queue_capacity)
    deliveries = DeliveryLog(settings.timeline_window_seconds, clock.monotonic)
    metrics = new_registry(version("perch"))
    fan_out = FanOut(
        events,
        DeliverTweet(tweets, graph, timelines, slice_size=SLICE_SIZE),
        tweets,
        dead_letters,
        clock=clock,
        jitter=jitter,
        max_attempts=settings.delivery_max_attempts,
        observe=_both(deliveries.observe, PushTimes(metrics, settings.timeline_window_seconds).observe),
    )
    worker = FanOutWorker(fan_out, events) if run_worker else None
    housekeeping = BackgroundThread("housekeeping", timelines.discard_idle, pause_seconds=HOUSEKEEPING_SECONDS)
    threads = [housekeeping] if worker is None else [worker.thread, housekeeping]
    metrics.register(ThreadCollector(threads))
    reads = ReadCounts()
    metrics.register(PerchCollector(tweets, timelines, dead_letters, events, fan_out, deliveries, reads))
    allowance = (
        Unlimited()
        if settings.rate_limit_writes is None
        else FixedWindowAllowance(settings.rate_limit_writes, clock.monotonic)
    )
    shed = ShedRequests(clock.monotonic)
    subscriptions = Subscriptions(settings.max_streams, graph)
    metrics.register(StreamCollector(subscriptions.counts, shed.so_far))
    publish = PublishTweet(
        tweets,
        graph,
        events,
        subscriptions,
        allowance,
        text_max_length=settings.tweet_max_length,
        pull_followers_threshold=settings.pull_followers_threshold,
    )
    prepare = PrepareHomeTimeline(tweets, graph, timelines, capacity=settings.timeline_capacity)
    read = ReadHomeTimeline(tweets, graph, timelines, prepare, reads.count)
    cursors = Cursors(settings.secret_key or _made_secret_key())
    ready = threading.Event()
    identity = _identity(settings, clock)
    endpoint = Endpoints(identity, _limit_headers(allowance))
    redrive = RedriveDeadLetters(dead_letters, events, deliveries.observe)
    publish_once = PublishTweetOnce(publish, MemoryIdempotencyKeys(settings.idempotency_capacity, clock.monotonic))
    blueprints = [
        tweets_blueprint(endpoint, publish, publish_once, GetTweet(tweets), DeleteTweet(tweets, allowance)),
        users_blueprint(endpoint, GetUser(tweets, graph), ListUserTweets(tweets), cursors),
        follows_blueprint(
            endpoint,
            FollowUser(graph, allowance),
            UnfollowUser(graph, allowance),
            ListFollowers(graph),
            ListFollowing(graph),
            GetRelationships(graph),
            cursors,
        ),
        timeline_blueprint(endpoint, read, cursors),
        stream_blueprint(endpoint, StreamHomeTimeline(read, tweets, subscriptions)),
        admin_blueprint(endpoint, ListDeadLetters(dead_letters), redrive, cursors),
        health_blueprint(endpoint, ready.is_set),
        metrics_blueprint(endpoint, metrics),
        openapi_blueprint(endpoint, identity.schemes),
        docs_blueprint(),
        *([live_page_blueprint()] if settings.live_page else []),
    ]
    return Perch(
        app=create_app(blueprints, settings.cors_origins, [HttpRequests(metrics), log_request]),
        fan_out=fan_out,
        worker=worker,
        threads=threads,
        deliveries=deliveries,
        subscriptions=subscriptions,
        shed=shed,
        metrics=metrics,
        redrive_dead_letters=redrive,
        ready=ready,
    )


def _both(
    first: Callable[[DeliveryEvent], None], second: Callable[[DeliveryEvent], None]
) -> Callable[[DeliveryEvent], None]:
    def observe(event: DeliveryEvent) -> None:
        first(event)
        second(event)

    return observe


def _identity(settings: Settings, clock: Clock) -> Identity:
    if settings.auth_mode == "header":
        return HeaderIdentity(settings.admin_token)
    keys = FixedKey(settings.jwt_key) if settings.jwt_key else JwksKeys(settings.jwt_jwks_url, clock.monotonic)
    return JwtIdentity(settings.jwt_algorithm, keys, settings.jwt_audience, settings.jwt_issuer)


def _limit_headers(allowance: Unlimited | FixedWindowAllowance) -> WriteLimitHeaders | None:
    if isinstance(allowance, Unlimited):
        return None
    return WriteLimitHeaders(allowance, allowance.rate.writes)


def _made_secret_key() -> str:
    log.warning("secret_key_made", advice="Set SECRET_KEY, so that cursors stay good when this process ends.")
    return secrets.token_hex(32)
