"""The route that Prometheus scrapes."""

from flask import Blueprint
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from infrastructure.http.declaration import Answer, Declaration
from infrastructure.http.endpoint import Call, Endpoints
from infrastructure.http.reply import Reply, whole
from infrastructure.http.schemas import ANY_PARAMETERS

OPENMETRICS = "application/openmetrics-text"


def metrics_blueprint(endpoint: Endpoints, registry: CollectorRegistry) -> Blueprint:
    """Returns the route `/metrics`."""
    routes = Blueprint("metrics", __name__)

    @routes.get("/metrics")
    @endpoint(Declaration(Answer(200, media_type="text/plain"), ANY_PARAMETERS))
    def metrics(call: Call[None]) -> Reply:
        """Get the metrics.

        In Prometheus's text format, or in OpenMetrics 1.0 if `Accept` contains `application/openmetrics-text`.
        """
        # The header itself is not passed on: `choose_encoder` raises if a version in it is not a number.
        encode, content_type = choose_encoder(OPENMETRICS if OPENMETRICS in call.environ.get("HTTP_ACCEPT", "") else "")
        return whole(200, content_type, encode(registry))

    return routes
