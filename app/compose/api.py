"""Makes the HTTP API out of the use cases."""

from collections.abc import Callable

from flask import Flask
from prometheus_client import CollectorRegistry

from app.compose.use_cases import UseCases
from app.distribution import VERSION
from app.settings import Settings
from infrastructure.clock import Clock
from infrastructure.http.access_log import log_request
from infrastructure.http.admin import admin_blueprint
from infrastructure.http.application import create_app
from infrastructure.http.cursors import Cursors
from infrastructure.http.docs import docs_blueprint
from infrastructure.http.endpoint import Endpoints
from infrastructure.http.given_ids import GivenIds
from infrastructure.http.health import health_blueprint
from infrastructure.http.identity import FixedKey, HeaderIdentity, Identity, JwtIdentity
from infrastructure.http.jwks import JwksKeys
from infrastructure.http.live_page import live_page_blueprint
from infrastructure.http.metrics import metrics_blueprint
from infrastructure.http.openapi import openapi_blueprint
from infrastructure.http.rendering import RenderedTweets
from infrastructure.http.stream import stream_blueprint
from infrastructure.http.timeline import timeline_blueprint
from infrastructure.http.tweets import tweets_blueprint
from infrastructure.http.users import follows_blueprint, users_blueprint
from infrastructure.metrics.http_requests import HttpRequests


def make_app(
    settings: Settings,
    use_cases: UseCases,
    metrics: CollectorRegistry,
    clock: Clock,
    secret_key: str,
    frontier: Callable[[], int],
    is_ready: Callable[[], bool],
) -> Flask:
    """The Flask application of all routes."""
    api = settings.api
    identity = _identity(settings, clock)
    endpoint = Endpoints(identity)
    cursors = Cursors(secret_key)
    render = RenderedTweets().render
    given = GivenIds(clock.now_ms, frontier)
    blueprints = [
        tweets_blueprint(
            endpoint,
            use_cases.publish,
            use_cases.list_all_tweets,
            use_cases.get_tweet,
            use_cases.delete,
            render,
            cursors,
            api.tweet_max_length,
        ),
        users_blueprint(endpoint, use_cases.get_user, use_cases.list_tweets, render, cursors),
        follows_blueprint(
            endpoint, use_cases.follow, use_cases.unfollow, use_cases.list_follows, use_cases.relationships, cursors
        ),
        timeline_blueprint(endpoint, use_cases.read, render, cursors, given),
        stream_blueprint(endpoint, use_cases.stream, render, given),
        admin_blueprint(endpoint, use_cases.list_dead_letters, use_cases.redrive, cursors),
        health_blueprint(endpoint, is_ready),
        metrics_blueprint(endpoint, metrics),
        openapi_blueprint(endpoint, identity.schemes),
        docs_blueprint(),
        *([live_page_blueprint(api.tweet_max_length)] if api.live_page else []),
    ]
    return create_app(blueprints, api.cors_origins, [HttpRequests(metrics), log_request])


def make_work_app(settings: Settings, metrics: CollectorRegistry, clock: Clock, is_ready: Callable[[], bool]) -> Flask:
    """The Flask application of a process that only works: health checks and metrics."""
    endpoint = Endpoints(_identity(settings, clock))
    blueprints = [health_blueprint(endpoint, is_ready), metrics_blueprint(endpoint, metrics)]
    return create_app(blueprints, observers=[HttpRequests(metrics), log_request])


def _identity(settings: Settings, clock: Clock) -> Identity:
    chosen = settings.identity
    if chosen.auth_mode == "header":
        return HeaderIdentity(chosen.admin_token)
    algorithm, address = chosen.jwt_algorithm, chosen.jwt_jwks_url
    agent = f"Perch/{VERSION}"
    keys = FixedKey(chosen.jwt_key) if chosen.jwt_key else JwksKeys(address, algorithm, agent, clock.monotonic)
    return JwtIdentity(algorithm, keys, chosen.jwt_audience, chosen.jwt_issuer, chosen.jwt_leeway_seconds)
