"""The route that Prometheus asks."""

from flask import Blueprint, Response, request
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from infrastructure.http.endpoint import Answer, Declaration, Endpoints

OPENMETRICS = "application/openmetrics-text"


def metrics_blueprint(endpoint: Endpoints, registry: CollectorRegistry) -> Blueprint:
    """`/metrics`."""
    routes = Blueprint("metrics", __name__)

    @routes.get("/metrics")
    @endpoint(Declaration(Answer(200, media_type="text/plain")))
    def metrics() -> Response:
        """Get the metrics.

        In Prometheus's text format; in OpenMetrics 1.0 where `Accept` names `application/openmetrics-text`.
        """
        # Not the header itself: a version in it that is no number is an exception.
        encode, content_type = choose_encoder(OPENMETRICS if OPENMETRICS in request.headers.get("Accept", "") else "")
        return Response(encode(registry), content_type=content_type)

    return routes
