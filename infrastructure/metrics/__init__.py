"""Metrics for Prometheus: who counts what, and how it is named."""
