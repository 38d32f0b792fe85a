"""Hints on their way from the publish to the fan-out: their form outside a process, and what brokers have in common."""
