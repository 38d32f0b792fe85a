"""Traces by OpenTelemetry: spans of requests, of hints and of deliveries."""
