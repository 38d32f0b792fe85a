"""The route that Prometheus asks."""

from flask import Blueprint, Response
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from infrastructure.http.endpoint import Answer, Declaration, Endpoints
from infrastructure.http.envelope import Environ

OPENMETRICS = "application/openmetrics-text"


def metrics_blueprint(endpoint: Endpoints, registry: CollectorRegistry) -> Blueprint:
    """`/metrics`."""
    routes = Blueprint("metrics", __name__)

    @routes.get("/metrics")
    @endpoint(Declaration(Answer(200, media_type="text/plain")))
    def metrics(environ: Environ) -> Response:
        """Get the metrics.

        In Prometheus's text format; in OpenMetrics 1.0 where `Accept` names `application/openmetrics-text`.
        """
        # Not the header itself: a version in it that is no number is an exception.
        encode, content_type = choose_encoder(OPENMETRICS if OPENMETRICS in environ.get("HTTP_ACCEPT", "") else "")
        return Response(encode(registry), content_type=content_type)

    return routes
